import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from './directory-identity.ts';
import { nodePlatform } from './node-platform.ts';
import { checkStageProof, type StageProof, takeStageProof } from './stage-proof.ts';
import { aDirectory, bindMount, CAN_MOUNT, mountTmpfs, platformWith, unmount } from './test-places.ts';

let above: string;
let directory: string;
let proof: StageProof;
beforeEach(async () => {
  above = aDirectory();
  directory = join(above, 'stage');
  mkdirSync(directory);
  if (CAN_MOUNT) mountTmpfs(directory);
  const taken = await takeStageProof(directory, CAN_MOUNT ? 'own-tmpfs' : 'disk', nodePlatform);
  if (!taken.ok) throw new Error(taken.failure.reason);
  proof = taken.value;
});
afterEach(() => {
  if (CAN_MOUNT) unmount(directory, ['-l']);
  rmSync(above, { recursive: true });
});

describe('the proof of a stage', () => {
  it('holds while nothing happens, and the table of mounts is not read for it', async () => {
    const platform = platformWith({ mountText: () => Promise.reject(new Error('was read')) });
    expect(await checkStageProof(proof, platform)).toEqual({ ok: true });
  });

  it('says the same in both of its ways', () => {
    expect(identityOf(directory)).toEqual({
      inode: proof.inode,
      mountId: proof.mountId,
      device: proof.device,
      typeNumber: proof.typeNumber,
      canBeWritten: true,
    });
  });

  it.runIf(CAN_MOUNT)('does not hold where another directory is bound over it', async () => {
    const other = join(above, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'foreign'), '');
    bindMount(other, directory);
    const checked = await checkStageProof(proof, nodePlatform);
    unmount(directory);
    expect(checked).toMatchObject({ failure: { reason: 'stage-mounted-over', directory } });
    expect(await checkStageProof(proof, nodePlatform)).toEqual({ ok: true });
  });

  // The longest mount point is still the stage's: the path leads elsewhere all the same.
  it.runIf(CAN_MOUNT)('does not hold where something is mounted over a directory above it', async () => {
    mountTmpfs(above);
    mkdirSync(directory);
    mountTmpfs(directory);
    const checked = await checkStageProof(proof, nodePlatform);
    unmount(directory);
    const bare = await checkStageProof(proof, nodePlatform);
    unmount(above);
    expect(checked).toMatchObject({ failure: { reason: 'stage-mounted-over', filesystem: 'tmpfs' } });
    expect(bare).toMatchObject({ failure: { reason: 'stage-mounted-over', filesystem: 'tmpfs' } });
  });

  it('says that the directory is gone', async () => {
    if (CAN_MOUNT) unmount(directory);
    rmSync(directory, { recursive: true });
    const checked = await checkStageProof(proof, nodePlatform);
    mkdirSync(directory);
    if (CAN_MOUNT) mountTmpfs(directory);
    expect(checked).toMatchObject({ failure: { reason: CAN_MOUNT ? 'stage-unmounted' : 'stage-vanished' } });
  });
});

/** A place on a disk for a package, where another version lies. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { diskStageDirectory } from '../stage/prepare-disk-stage.ts';
import { stageName } from '../stage/stage-name.ts';
import { TEST_VERSION } from '../stage/test-package.ts';
import { aDirectory, CAN_MOUNT, mountTmpfs, platformAt, unmount } from '../stage/test-places.ts';
import { removeBeside } from './fill-stage.ts';
import { openStageFor } from './open-stage.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const OLDER = 'EC25EUGAR06A05M4G_01.003.01.003';

async function openBeside(olderBytes: number) {
  const base = aDirectory();
  const disk = join(base, 'disk');
  mkdirSync(disk);
  mountTmpfs(disk, `size=${8 * MIB}`);
  onTestFinished(() => {
    unmount(disk, ['-l']);
    rmSync(base, { recursive: true });
  });
  const older = diskStageDirectory(disk, stageName(OLDER, 'usb-1'));
  mkdirSync(older, { mode: 0o700 });
  writeFileSync(join(older, 'chunk'), new Uint8Array(olderBytes));
  const ports = {
    stateDir: join(base, 'state'),
    door: { key: 'usb-1' },
    stagePlatform: platformAt(join(base, 'memory')),
    events: { onNote: () => {} },
  } as unknown as Parameters<typeof openStageFor>[1];
  const order = { wanted: disk, version: TEST_VERSION, neededBytes: 2 * MIB, earlier: null, isFetched: true };
  const stage = await openStageFor(order, ports, never);
  if (!stage.ok) throw new Error(stage.failure.reason);
  return { older, stage: stage.value, ports };
}

describe.runIf(CAN_MOUNT)('a package of another version on the disk', () => {
  it('stays until the new one is whole beside it', async () => {
    const { older, stage, ports } = await openBeside(1);
    expect(existsSync(older)).toBe(true);
    await removeBeside(stage, TEST_VERSION, ports);
    expect([existsSync(older), existsSync(stage.directory)]).toEqual([false, true]);
  });

  it('gives way where there is no room for both', async () => {
    const { older } = await openBeside(7 * MIB);
    expect(existsSync(older)).toBe(false);
  });
});

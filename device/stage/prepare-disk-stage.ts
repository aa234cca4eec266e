/** A stage on a disk that was named: a USB stick, an SD card, an overlay with room. It outlives the process. */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { codeOf } from './error-code.ts';
import { judgeRoom } from './judge-room.ts';
import { isAtOrBelow, mountOf, parseFstab, parseMountTable } from './mount-table.ts';
import { isOwnDirectory } from './own-directory.ts';
import { makeStage, removeIfEmpty, type Stage } from './stage.ts';
import type { StageFailure } from './stage-failure.ts';
import { takeStageProof } from './stage-proof.ts';
import { SHARED_PREFIX, type StageWish } from './stage-wish.ts';

export async function prepareDiskStage(
  wish: StageWish,
  sizeBytes: number,
): Promise<Result<Stage, StageFailure>> {
  const parent = await existingDirectory(wish.wanted);
  if (!parent.ok) return parent;
  const expected = await judgeMountPoint(parent.value, wish);
  if (!expected.ok) return expected;

  const directory = diskStageDirectory(parent.value, wish.name);
  const made = await ownDirectory(directory);
  if (!made.ok) return made;
  const room = await judgeRoom(directory, wish, sizeBytes);
  const proof = room.ok ? await takeStageProof(directory, 'disk', wish.platform) : room;
  if (!proof.ok) {
    await removeIfEmpty(directory);
    return proof;
  }
  const says = `staged on ${proof.value.filesystem} at ${directory}`;
  return ok(makeStage(proof.value, says, wish.platform));
}

/** Where a package of this name is staged below a directory that was named. */
export function diskStageDirectory(parent: string, name = 'package'): string {
  return join(parent, `${SHARED_PREFIX}${name}`);
}

/** It is not made here: a directory that is missing is more likely a disk that is not mounted. */
async function existingDirectory(wanted: string): Promise<Result<string, StageFailure>> {
  try {
    const directory = await realpath(wanted);
    if ((await stat(directory)).isDirectory()) return ok(directory);
    return err({ reason: 'directory-unusable', directory: wanted, code: 'ENOTDIR' });
  } catch (error) {
    return err({ reason: 'directory-unusable', directory: wanted, code: codeOf(error) });
  }
}

async function judgeMountPoint(
  directory: string,
  { mountPoint, platform }: StageWish,
): Promise<Result<void, StageFailure>> {
  const table = parseMountTable(await platform.mountText());
  const listed = parseFstab(await platform.fstabText()).filter((path) => isAtOrBelow(directory, path));
  const absent = listed.find((path) => !table.some((mount) => mount.mountPoint === path));
  if (absent !== undefined) return err({ reason: 'stage-unmounted', directory, mountPoint: absent });
  if (mountPoint === undefined) return ok();
  // A mount that has come below the one that was known is the disk that had been missing.
  const mount = mountOf(directory, table);
  const isThere = mount !== undefined && isAtOrBelow(mount.mountPoint, mountPoint);
  return isThere ? ok() : err({ reason: 'stage-unmounted', directory, mountPoint });
}

async function ownDirectory(directory: string): Promise<Result<void, StageFailure>> {
  try {
    await mkdir(directory, { mode: 0o700 });
    return ok();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EROFS') return err({ reason: 'stage-read-only', directory });
    if (code !== 'EEXIST') return err({ reason: 'directory-unusable', directory, code });
  }
  return (await isOwnDirectory(directory))
    ? ok()
    : err({ reason: 'directory-unusable', directory, code: 'EEXIST' });
}

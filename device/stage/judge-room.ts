/** Room for the rest of a package where some of it may lie already. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { judgeMemory } from './judge-memory.ts';
import { isInMemory } from './platform.ts';
import type { StageFailure } from './stage-failure.ts';
import type { StageWish } from './stage-wish.ts';

/** Whether what a stage lacks of `sizeBytes` fits, on its filesystem and, where that lies in memory, in memory. */
export async function judgeRoom(
  directory: string,
  wish: Pick<StageWish, 'platform' | 'reserveBytes'>,
  sizeBytes: number,
): Promise<Result<void, StageFailure>> {
  const fileSystem = await wish.platform.fileSystem(directory);
  if (!fileSystem.ok) return err({ reason: 'stage-vanished', directory });
  const neededBytes = Math.max(0, sizeBytes - (await presentBytes(directory)));
  const { availableBytes } = fileSystem.value;
  if (availableBytes < neededBytes)
    return err({ reason: 'stage-full', directory, neededBytes, availableBytes });
  return isInMemory(fileSystem.value) ? judgeMemory(wish, neededBytes) : ok();
}

/** What an earlier run left there, which will be verified and used, or replaced. */
async function presentBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

/** Room for the rest of a package where some of it may lie already. */
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { judgeMemory } from './judge-memory.ts';
import { STATE_RESERVE_BYTES } from './limits.ts';
import { isInMemory } from './platform.ts';
import type { StageFailure } from './stage-failure.ts';
import type { StageWish } from './stage-wish.ts';

const CHUNK_FILE = /^([0-9a-f]{64})\.cacnk/;

/**
 * Whether what a stage lacks of `sizeBytes` fits, on its filesystem and, where that lies in memory, in memory. One that
 * lacks nothing needs nothing: after a reboot the whole package may lie on a disk that is full of it.
 */
export async function judgeRoom(
  directory: string,
  wish: Pick<StageWish, 'platform' | 'neededBytes' | 'reserveBytes' | 'chunkIds' | 'stateDir'>,
  sizeBytes: number,
): Promise<Result<void, StageFailure>> {
  const fileSystem = await wish.platform.fileSystem(directory);
  if (!fileSystem.ok) return err({ reason: 'stage-vanished', directory });
  const { availableBytes } = fileSystem.value;
  const present = await presentBytes(directory, wish.chunkIds);
  if (present >= wish.neededBytes) return ok();
  const lackingBytes = Math.max(0, sizeBytes - present);
  const neededBytes = lackingBytes + (await reservedBytes(directory, wish.stateDir));
  if (availableBytes < neededBytes)
    return err({ reason: 'stage-full', directory, neededBytes, availableBytes });
  return isInMemory(fileSystem.value) ? judgeMemory(wish, lackingBytes) : ok();
}

/** Chunks that an earlier run left there, whole or begun, which will be verified and used, or replaced. */
async function presentBytes(directory: string, ids: ReadonlySet<string> | undefined): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (const entry of entries) {
    const id = entry.isFile() ? CHUNK_FILE.exec(entry.name)?.[1] : undefined;
    if (id === undefined || ids?.has(id) === false) continue;
    bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

async function reservedBytes(directory: string, stateDir: string | undefined): Promise<number> {
  if (stateDir === undefined) return 0;
  const [stage, state] = await Promise.all([directory, stateDir].map((path) => stat(path).catch(() => null)));
  return stage?.dev === state?.dev ? STATE_RESERVE_BYTES : 0;
}

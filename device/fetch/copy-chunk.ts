/** One chunk from a directory on this machine: a USB stick, a mounted share. */
import { join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { checkChunk, readStored, type WantedChunk } from '../stage/chunk-file.ts';
import { storesIn } from './chunk-bases.ts';
import type { ChunkFetch } from './chunk-fetch.ts';
import type { FetchFailure } from './fetch-failure.ts';
import { inTime } from './in-time.ts';
import type { PartFile } from './part-file.ts';

/** What is taken proves itself as what is downloaded does. */
export async function copyChunk(
  directory: string,
  chunk: WantedChunk,
  part: PartFile,
  { tally, mirrorChunkMaxMs }: ChunkFetch,
  signal: AbortSignal,
): Promise<Result<void, FetchFailure>> {
  const missing = { reason: 'chunk-missing', id: chunk.id, file: null } as const;
  let last: FetchFailure = missing;
  for (const store of storesIn(directory)) {
    if (signal.aborted) break;
    const stored = await inTime(readStored(join(store, chunkPath(chunk.id))), mirrorChunkMaxMs, signal);
    if (stored === null && signal.aborted) break;
    if (stored === null) return err({ ...missing, reason: 'chunk-unreadable', code: 'ETIMEDOUT' });
    const content = stored.ok ? checkChunk(stored.value, chunk) : stored;
    if (stored.ok && content.ok) {
      tally.dropped(part.sizeBytes());
      part.restart(null);
      part.append(stored.value);
      tally.copied(stored.value.length);
      giveBack(stored.value);
      return ok();
    }
    if (!content.ok && content.failure.reason !== 'chunk-missing')
      last = { ...content.failure, id: chunk.id, file: null };
  }
  return err(signal.aborted ? { reason: 'interrupted' } : last);
}

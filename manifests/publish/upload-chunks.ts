/** Brings the repository every chunk it lacks, and none it has. */
import { CHUNK_QUERY_MAX } from '../../shared/operator-api.ts';
import { ok, type Result } from '../../shared/result.ts';
import { inParallel } from '../http/in-parallel.ts';
import { UPLOADS_IN_FLIGHT } from '../limits.ts';
import type { ChunkStore } from '../package/chunk-store.ts';
import type { OperatorClient, OperatorFailure } from './operator-client.ts';

export type UploadSummary = {
  readonly uploadedChunks: number;
  readonly uploadedBytes: number;
  /** Chunks that were there before, of this or of another release. */
  readonly sharedChunks: number;
};

export async function uploadChunks(
  ids: readonly string[],
  store: Pick<ChunkStore, 'get'>,
  operator: OperatorClient,
  onProgress: (doneChunks: number, totalChunks: number) => void,
): Promise<Result<UploadSummary, OperatorFailure>> {
  let uploadedChunks = 0;
  let uploadedBytes = 0;
  let asked = 0;
  for (let at = 0; at < ids.length; at += CHUNK_QUERY_MAX) {
    const batch = ids.slice(at, at + CHUNK_QUERY_MAX);
    const missing = await operator.missingChunks(batch);
    if (!missing.ok) return missing;
    asked += batch.length - missing.value.length;
    onProgress(asked, ids.length);
    const uploaded = await inParallel(missing.value, UPLOADS_IN_FLIGHT, async (id) => {
      const stored = await store.get(id);
      const put = await operator.putChunk(id, stored);
      if (!put.ok) return put;
      uploadedChunks++;
      uploadedBytes += stored.length;
      onProgress(++asked, ids.length);
      return put;
    });
    if (!uploaded.ok) return uploaded;
  }
  return ok({ uploadedChunks, uploadedBytes, sharedChunks: ids.length - uploadedChunks });
}

/** An uploaded chunk: believed only after its content was unpacked, within a bound, and hashed. */
import { constants, zstdDecompressSync } from 'node:zlib';
import { chunkKey } from '../../shared/bucket-keys.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { CHUNK_MAX_BYTES, ZSTD_WINDOW_LOG_MAX } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Refusal } from '../http/problem.ts';
import { ZSTD_SLACK_BYTES } from '../limits.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type PutOutcome, putOnce } from '../store/put-once.ts';

export async function acceptChunk(
  bucket: ObjectStore,
  id: string,
  stored: Uint8Array<ArrayBuffer>,
): Promise<Result<PutOutcome, Refusal>> {
  const content = unpack(stored);
  if (content === null) {
    const detail = `Chunk ${id} is not one whole zstd frame of ${CHUNK_MAX_BYTES} bytes at most; it was not stored.`;
    return err({ reason: 'chunk-invalid', detail });
  }
  const found = await sha256Hex(content);
  if (found !== id) {
    return err({
      reason: 'chunk-invalid',
      detail: `Chunk ${id} holds the content of ${found}; it was not stored.`,
    });
  }
  return ok(await putOnce(bucket, chunkKey(id), stored));
}

/** One frame and nothing behind it: decoders differ in what they make of the rest. */
function unpack(stored: Uint8Array): Uint8Array | null {
  try {
    const maxOutputLength = CHUNK_MAX_BYTES + ZSTD_SLACK_BYTES;
    const { buffer, engine } = zstdDecompressSync(stored, {
      maxOutputLength,
      params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX },
      info: true,
    }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return buffer.length <= CHUNK_MAX_BYTES && engine.bytesWritten === stored.length ? buffer : null;
  } catch {
    return null;
  }
}

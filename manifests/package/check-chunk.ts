/** Whether a stored chunk is what its id says: unpacked within bounds, hashed. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdDecompress } from 'node:zlib';
import { CHUNK_MAX_BYTES, ZSTD_WINDOW_LOG_MAX } from '../../shared/limits.ts';

const decompress = promisify(zstdDecompress);
const LIMITS = {
  maxOutputLength: CHUNK_MAX_BYTES,
  params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX },
};

/** The content; null where the bytes are not that chunk. */
export async function contentOfChunk(
  { id, sizeBytes }: { readonly id: string; readonly sizeBytes: number },
  stored: Uint8Array,
): Promise<Uint8Array | null> {
  const content = await decompress(stored, LIMITS).catch(() => null);
  if (content === null || content.length !== sizeBytes) return null;
  return createHash('sha256').update(content).digest('hex') === id ? content : null;
}

/** Verified chunks on disk, so that an audit needs no more memory than a few of them. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdDecompress } from 'node:zlib';
import type { ChunkReference } from '../../shared/caibx.ts';
import { CHUNK_MAX_BYTES, ZSTD_WINDOW_LOG_MAX } from '../../shared/limits.ts';

const decompress = promisify(zstdDecompress);
const LIMITS = {
  maxOutputLength: CHUNK_MAX_BYTES,
  params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX },
};

export type ChunkSpool = {
  /** Keeps a stored chunk if its content is of the size and hash it is named by; says whether it is. */
  readonly keep: (chunk: ChunkReference, stored: Uint8Array) => Promise<boolean>;
  /** Content of a chunk that was kept; null where it was not. */
  readonly content: (id: string) => Promise<Uint8Array | null>;
};

export function openChunkSpool(directory: string): ChunkSpool {
  const kept = new Set<string>();
  const path = (id: string) => join(directory, id);
  return {
    async keep({ id, sizeBytes }, stored) {
      const content = await decompress(stored, LIMITS).catch(() => null);
      if (content === null || content.length !== sizeBytes) return false;
      if (createHash('sha256').update(content).digest('hex') !== id) return false;
      await writeFile(path(id), content);
      kept.add(id);
      return true;
    },
    content: async (id) => (kept.has(id) ? readFile(path(id)) : null),
  };
}

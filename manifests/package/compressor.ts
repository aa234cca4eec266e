/**
 * zstd over one chunk after the other, each a frame of its own, with the memory of one stream: a compressor made anew for
 * each chunk takes a megabyte that the collector then has to find.
 */
import { constants, createZstdCompress } from 'node:zlib';
import { CHUNK_MAX_BYTES } from '../../shared/limits.ts';
import { COMPRESSORS } from '../limits.ts';

/** The frame's bytes; its memory is shared with frames that come later, and is not written again. */
export type Compress = (content: Uint8Array) => Promise<Uint8Array>;

/** As many chunks at once as Node has threads for it; more wait. */
export function createCompressor(): Compress {
  const idle = Array.from({ length: COMPRESSORS }, beginStream);
  const waiting: ((compress: Compress) => void)[] = [];
  return async (content) => {
    const compress = idle.pop() ?? (await new Promise<Compress>((resolve) => waiting.push(resolve)));
    try {
      return await compress(content);
    } finally {
      const next = waiting.shift();
      if (next === undefined) idle.push(compress);
      else next(compress);
    }
  };
}

function beginStream(): Compress {
  const stream = createZstdCompress({ chunkSize: CHUNK_MAX_BYTES });
  const parts: Uint8Array[] = [];
  stream.on('data', (part: Uint8Array) => parts.push(part));
  return (content) =>
    new Promise((resolve, reject) => {
      stream.once('error', reject);
      stream.write(content);
      // Ends the frame and not the stream: what is written next begins another one.
      stream.flush(constants.ZSTD_e_end, () => {
        stream.off('error', reject);
        resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts));
        parts.length = 0;
      });
    });
}

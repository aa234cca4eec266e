/** Where a file of the package lies in the chunks of its tar. */
import type { PackageFile } from '../../shared/release.ts';

/** The part of a file that lies in the chunk at `chunkOffset`. */
export function partOfFile(
  content: Uint8Array,
  chunkOffset: number,
  file: Pick<PackageFile, 'offsetBytes' | 'sizeBytes'>,
): Uint8Array {
  const start = Math.max(0, file.offsetBytes - chunkOffset);
  const end = Math.min(content.length, file.offsetBytes + file.sizeBytes - chunkOffset);
  return start < end ? content.subarray(start, end) : new Uint8Array();
}

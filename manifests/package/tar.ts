/**
 * The package as one tar that is the same on every machine and every run: ustar (POSIX.1-1988), files only, sorted by
 * path, no times, no owners. Its content is cut into chunks; the release manifest says where each file's bytes begin.
 */
import type { PackageSource, SourceFile } from '../../shared/package/source.ts';

const BLOCK_BYTES = 512;
/** Two zero blocks end a tar. */
const END_BYTES = 2 * BLOCK_BYTES;
const MODE = 0o644;
const BLANK = 0x20;

export type TarLayout = {
  readonly files: readonly (SourceFile & { readonly offsetBytes: number })[];
  readonly sizeBytes: number;
};

/** Where each file lies in the tar; `files` in the order they are written. */
export function layOutTar(files: readonly SourceFile[]): TarLayout {
  let position = 0;
  const placed = files.map((file) => {
    const offsetBytes = position + BLOCK_BYTES;
    position = offsetBytes + Math.ceil(file.sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
    return { ...file, offsetBytes };
  });
  return { files: placed, sizeBytes: position + END_BYTES };
}

/**
 * The tar's bytes, piece by piece; a piece is the reader's until it asks for the next. `onFileBytes` sees each file's
 * content as it passes. Throws what reading the source throws, and where a file is not as long as it was listed.
 */
export async function* tarBytes(
  source: Pick<PackageSource, 'files' | 'read'>,
  onFileBytes: (path: string, bytes: Uint8Array) => void = () => {},
): AsyncGenerator<Uint8Array> {
  for (const file of source.files) {
    yield header(file);
    let length = 0;
    for await (const bytes of source.read(file.path)) {
      length += bytes.length;
      if (length > file.sizeBytes) throw new Error(`Size mismatch: ${file.path} became longer`);
      onFileBytes(file.path, bytes);
      yield bytes;
    }
    if (length < file.sizeBytes) throw new Error(`Size mismatch: ${file.path} became shorter`);
    const beyondBlock = length % BLOCK_BYTES;
    if (beyondBlock > 0) yield new Uint8Array(BLOCK_BYTES - beyondBlock);
  }
  yield new Uint8Array(END_BYTES);
}

/** One block: names of at most 100 characters stand in it whole, so there is never an extension. */
function header({ path, sizeBytes }: SourceFile): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const text = new TextEncoder();
  const put = (offset: number, value: string) => block.set(text.encode(value), offset);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')} `;
  put(0, path);
  put(100, octal(MODE, 6));
  put(108, octal(0, 6));
  put(116, octal(0, 6));
  put(124, octal(sizeBytes, 11));
  put(136, octal(0, 11));
  put(156, '0');
  put(257, 'ustar\u000000');
  put(329, octal(0, 6));
  put(337, octal(0, 6));
  // The sum is over the block with its own eight bytes blank; it takes seven of them.
  const sum = block.reduce((total, byte) => total + byte, 8 * BLANK);
  put(148, octal(sum, 6));
  return block;
}

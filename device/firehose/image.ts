/**
 * A staged file as it lies in flash, window by window: padded with zeros to its last page's end, and each window read
 * while the one before it is under way, so that the link need not wait for the stage.
 */
import { ok, type Result } from '../../shared/result.ts';

/** Bytes of a staged file, verified as they are read. */
export type ImageSource<E> = (offsetBytes: number, lengthBytes: number) => Promise<Result<Uint8Array, E>>;

export type FlashImage<E> = {
  readonly source: ImageSource<E>;
  readonly fileBytes: number;
  /** With the padding. */
  readonly totalBytes: number;
};

/** Ends with the first window that could not be read. Whoever stops early calls `return`. */
export async function* readAhead<E>(
  image: FlashImage<E>,
  windowBytes: number,
): AsyncGenerator<Result<Uint8Array, E>, undefined> {
  const { totalBytes } = image;
  const read = (offsetBytes: number) =>
    offsetBytes < totalBytes
      ? paddedWindow(image, offsetBytes, Math.min(windowBytes, totalBytes - offsetBytes))
      : null;
  let next = read(0);
  try {
    for (let offsetBytes = windowBytes; next !== null; offsetBytes += windowBytes) {
      const window: Result<Uint8Array, E> = await next;
      next = window.ok ? read(offsetBytes) : null;
      yield window;
    }
    return undefined;
  } finally {
    // No read outlives its reader.
    await next;
  }
}

async function paddedWindow<E>(
  { source, fileBytes }: FlashImage<E>,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Result<Uint8Array, E>> {
  const inFile = Math.max(0, Math.min(lengthBytes, fileBytes - offsetBytes));
  if (inFile === 0) return ok(new Uint8Array(lengthBytes));
  const read = await source(offsetBytes, inFile);
  if (!read.ok || inFile === lengthBytes) return read;
  const padded = new Uint8Array(lengthBytes);
  padded.set(read.value);
  return ok(padded);
}

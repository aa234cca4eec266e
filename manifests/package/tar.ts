/**
 * The package as one tar that is the same on every machine and every run: ustar, files only, sorted by path,
 * no times, no owners. Its content is cut into chunks; the release manifest says where each file's bytes begin.
 */
import { once } from 'node:events';
import { type Pack, pack } from 'tar-stream';
import type { PackageSource, SourceFile } from '../../shared/package/source.ts';

const BLOCK_BYTES = 512;
/** Two zero blocks end a tar. */
const END_BYTES = 2 * BLOCK_BYTES;

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
 * The tar's bytes. `onFileBytes` sees each file's content as it passes. Throws what reading the source throws,
 * and `Size mismatch` where a file is not as long as it was when it was listed.
 */
export async function* tarBytes(
  source: Pick<PackageSource, 'files' | 'read'>,
  onFileBytes: (path: string, bytes: Uint8Array) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const writing = writeEntries(tar, source, onFileBytes);
  writing.catch((error: Error) => tar.destroy(error));
  yield* tar as AsyncIterable<Uint8Array>;
  await writing;
}

async function writeEntries(
  tar: Pack,
  source: Pick<PackageSource, 'files' | 'read'>,
  onFileBytes: (path: string, bytes: Uint8Array) => void,
): Promise<void> {
  for (const file of source.files) {
    const done = Promise.withResolvers<void>();
    const entry = tar.entry(headerOf(file), (error) => (error ? done.reject(error) : done.resolve()));
    entry.on('error', done.reject);
    // The promise may be rejected while nobody waits for it yet; whoever waits later still sees it.
    done.promise.catch(() => {});
    for await (const bytes of source.read(file.path)) {
      onFileBytes(file.path, bytes);
      if (!entry.write(bytes)) await Promise.race([once(entry, 'drain'), done.promise]);
    }
    entry.end(null);
    await done.promise;
  }
  tar.finalize();
}

function headerOf(file: SourceFile): Parameters<Pack['entry']>[0] {
  return {
    name: file.path,
    size: file.sizeBytes,
    type: 'file',
    mode: 0o644,
    mtime: new Date(0),
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
  };
}

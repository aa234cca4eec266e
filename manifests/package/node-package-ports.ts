/** What reading a package needs of the system, by Node's own means and yauzl. */
import type { Stats } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise } from 'yauzl';
import type { FoundEntry, OpenedZip, PackagePorts } from '../../shared/package/package-ports.ts';

const READ_PIECE_BYTES = 1024 * 1024;

export const nodePackagePorts: PackagePorts = {
  lookAt: async (path) => found(await stat(path)),
  lookAtEntry: async (path) => found(await lstat(path)),
  namesIn: (directory) => readdir(directory),
  readFile,
  openZip,
  crc32: (bytes, soFar) => crc32(bytes, soFar),
};

/** Through one buffer: a stream takes fresh memory for every piece, and its pages cost more than the reading. */
async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = new Uint8Array(Math.min(READ_PIECE_BYTES, size + 1));
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function found(status: Stats): FoundEntry {
  const kind = status.isSymbolicLink()
    ? 'link'
    : status.isDirectory()
      ? 'directory'
      : status.isFile()
        ? 'file'
        : 'other';
  return { kind, sizeBytes: status.size };
}

async function openZip(path: string): Promise<OpenedZip> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  return {
    entryCount: zip.entryCount,
    entries: () => zip.eachEntry(),
    read: async (entry) => (await zip.openReadStreamPromise(entry as Entry)) as AsyncIterable<Uint8Array>,
    close: () => zip.close(),
  };
}

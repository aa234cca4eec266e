/** A casync store in a directory: `<id[0:4]>/<id>.cacnk`, each chunk once, zstd-compressed. */
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { chunkPath } from '../../shared/caibx.ts';

const compress = promisify(zstdCompress);

export type ChunkStore = {
  /** Keeps a chunk unless it is there; answers its compressed size in bytes. */
  readonly put: (id: string, content: Uint8Array) => Promise<number>;
  /** The compressed bytes of a chunk that was put. */
  readonly get: (id: string) => Promise<Uint8Array<ArrayBuffer>>;
};

/** `directory` is made when it is not there; a chunk appears whole or not at all. */
export function openChunkStore(directory: string): ChunkStore {
  return {
    async put(id, content) {
      const path = join(directory, chunkPath(id));
      const present = await stat(path).catch(() => null);
      if (present !== null) return present.size;
      const stored = await compress(content);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.part`, stored);
      await rename(`${path}.part`, path);
      return stored.length;
    },
    get: async (id) => new Uint8Array(await readFile(join(directory, chunkPath(id)))),
  };
}

/** A casync store in a directory: `<id[0:4]>/<id>.cacnk`, each chunk once, zstd-compressed beside the caller's thread. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { createCompressor } from './compressor.ts';

export type ChunkStore = {
  /** Keeps a chunk; answers its compressed size in bytes. The content is the store's until then. */
  readonly put: (id: string, content: Uint8Array) => Promise<number>;
  /** The compressed bytes of a chunk that was put. */
  readonly get: (id: string) => Promise<Uint8Array<ArrayBuffer>>;
};

/** `directory` is made when it is not there; a chunk appears whole or not at all. */
export function openChunkStore(directory: string): ChunkStore {
  const compress = createCompressor();
  const made = new Set<string>();
  const makeDirectory = async (path: string): Promise<void> => {
    if (made.has(path)) return;
    await mkdir(path, { recursive: true });
    made.add(path);
  };
  return {
    async put(id, content) {
      const path = join(directory, chunkPath(id));
      const stored = await compress(content);
      await makeDirectory(dirname(path));
      await writeFile(`${path}.part`, stored);
      await rename(`${path}.part`, path);
      return stored.length;
    },
    get: async (id) => new Uint8Array(await readFile(join(directory, chunkPath(id)))),
  };
}

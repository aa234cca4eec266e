/** A casync store in a directory: `<id[0:4]>/<id>.cacnk`, each chunk once, a zstd frame. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { beginWriting, type ChunkWriter } from './chunk-writer.ts';

export type ChunkStore = {
  /** Whoever begins ends it. */
  readonly beginWriting: () => ChunkWriter;
  /** The compressed bytes of a chunk that was put. */
  readonly get: (id: string) => Promise<Uint8Array<ArrayBuffer>>;
};

/** `directory` is made when it is not there; a chunk appears whole or not at all. */
export function openChunkStore(directory: string): ChunkStore {
  return {
    beginWriting: () => beginWriting(directory),
    get: async (id) => new Uint8Array(await readFile(join(directory, chunkPath(id)))),
  };
}

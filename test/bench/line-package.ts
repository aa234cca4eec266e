/** A package as a server has it that knows nothing of it: its chunks, its index, and all its chunks as one file. */
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openChunkStore } from '../../manifests/package/chunk-store.ts';
import { cutPackage } from '../../manifests/package/cut-package.ts';
import { openPackage } from '../../manifests/package/open-package.ts';
import { chunkPath } from '../../shared/caibx.ts';
import { must } from '../support/local-release.ts';
import { sum } from './statistics.ts';

/** Below the served directory, where the updater and casync look for chunks. */
export const CHUNKS_PATH = 'v1/chunks';
/** What `curl` and `aria2c` can resume. */
export const WHOLE_PATH = 'package.stored';

export type LinePackage = {
  readonly servedDirectory: string;
  readonly indexFile: string;
  readonly storedBytes: number;
  /** Each chunk once, as paths to be asked for. */
  readonly chunkPaths: readonly string[];
};

export async function makeLinePackage(packageDirectory: string, directory: string): Promise<LinePackage> {
  const servedDirectory = join(directory, 'served');
  const store = join(servedDirectory, CHUNKS_PATH);
  await mkdir(store, { recursive: true });
  const source = must(await openPackage(packageDirectory));
  const cut = must(await cutPackage(source, openChunkStore(store), () => {}, new AbortController().signal));
  await source.close();
  const indexFile = join(directory, 'package.caibx');
  await writeFile(indexFile, cut.index);
  const paths = [...cut.storedBytesById.keys()].map(chunkPath);
  const whole = await open(join(servedDirectory, WHOLE_PATH), 'w');
  for (const path of paths) await whole.appendFile(await readFile(join(store, path)));
  await whole.close();
  return {
    servedDirectory,
    indexFile,
    storedBytes: sum([...cut.storedBytesById.values()]),
    chunkPaths: paths.map((path) => `/${CHUNKS_PATH}/${path}`),
  };
}

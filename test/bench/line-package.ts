/** A package as a server has it that knows nothing of it: its chunks, its index, and all its chunks as one file. */
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath } from '../../shared/caibx.ts';
import { releaseOf } from '../support/local-release.ts';

/** Below the served directory, where the updater and casync look for chunks. */
export const CHUNKS_PATH = 'v1/chunks';
/** What `curl` and `aria2c` can resume. */
export const WHOLE_PATH = 'package.stored';

export type LinePackage = {
  readonly servedDirectory: string;
  /** The release manifest and the index, as the updater has them from signed metadata. */
  readonly manifestFile: string;
  readonly indexFile: string;
  readonly storedBytes: number;
  /** Each chunk once, as paths to be asked for. */
  readonly chunkPaths: readonly string[];
};

export async function makeLinePackage(
  packageDirectory: string,
  version: string,
  directory: string,
): Promise<LinePackage> {
  const servedDirectory = join(directory, 'served');
  const storeDirectory = join(servedDirectory, CHUNKS_PATH);
  await mkdir(storeDirectory, { recursive: true });
  const { documents } = await releaseOf({ packageDirectory, version, storeDirectory });
  const { manifest, index, indexBytes } = documents;
  const manifestFile = join(directory, 'manifest.json');
  const indexFile = join(directory, 'package.caibx');
  await writeFile(manifestFile, JSON.stringify(manifest));
  await writeFile(indexFile, indexBytes);
  const paths = [...new Set(index.chunks.map(({ id }) => id))].map(chunkPath);
  const whole = await open(join(servedDirectory, WHOLE_PATH), 'w');
  for (const path of paths) await whole.appendFile(await readFile(join(storeDirectory, path)));
  await whole.close();
  return {
    servedDirectory,
    manifestFile,
    indexFile,
    storedBytes: manifest.package.storedBytes,
    chunkPaths: paths.map((path) => `/${CHUNKS_PATH}/${path}`),
  };
}

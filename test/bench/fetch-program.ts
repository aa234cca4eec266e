/**
 * `fetch-program MANIFEST INDEX URL [read]`: the updater's download and nothing else, in a small process as the updater's
 * is; with `read` also what follows it up to the flash: the stage verified whole, and every file read out of it. Prints
 * what the download took as one line of JSON.
 */
import { becomeSmall } from '../../device/small-process.ts';

becomeSmall(process);
const { readFile } = await import('node:fs/promises');
const { verifyStage } = await import('../../device/stage/staged-package.ts');
const { parseIndex } = await import('../../shared/caibx.ts');
const { releaseManifestSchema } = await import('../../shared/release.ts');
const { must } = await import('../support/must.ts');
const { fetchChunks } = await import('./fetch-release.ts');
const { READ_PIECE_BYTES } = await import('./limits.ts');

const [manifestFile = '', indexFile = '', url = '', read] = process.argv.slice(2);
const manifest = releaseManifestSchema.parse(JSON.parse(await readFile(manifestFile, 'utf8')));
const indexBytes = await readFile(indexFile);
const index = must(parseIndex(indexBytes));
const { summary, wallMs, stage } = await fetchChunks(
  { index, storedBytes: manifest.package.storedBytes },
  url,
);
if (read !== undefined) {
  const never = new AbortController().signal;
  const staged = must(await verifyStage({ stage, manifest, index, indexBytes }, never));
  for (const { path, sizeBytes } of manifest.files) {
    for (let at = 0; at < sizeBytes; at += READ_PIECE_BYTES)
      must(await staged.readFile(path, at, READ_PIECE_BYTES));
  }
}
process.stdout.write(`${JSON.stringify({ wallMs, ...summary })}\n`);
await stage.release();

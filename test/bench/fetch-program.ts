/**
 * `fetch-program INDEX STORED_BYTES URL`: the updater's download and nothing else, in a small process as the
 * updater's is. Prints what it took as one line of JSON.
 */
import { becomeSmall } from '../../device/small-process.ts';

becomeSmall(process);
const { readFile } = await import('node:fs/promises');
const { fetchChunks } = await import('./fetch-release.ts');
const { parseIndex } = await import('../../shared/caibx.ts');

const [indexFile = '', storedBytes = '', url = ''] = process.argv.slice(2);
const index = parseIndex(await readFile(indexFile));
if (!index.ok) throw new Error(JSON.stringify(index.failure));
const { summary, wallMs, stage } = await fetchChunks(
  { index: index.value, storedBytes: Number(storedBytes) },
  url,
);
process.stdout.write(`${JSON.stringify({ wallMs, ...summary })}\n`);
await stage.release();

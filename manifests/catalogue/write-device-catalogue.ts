/**
 * Writes `device/catalogue/catalogue.json` and `edge/compatibility/catalogue-index.json` anew, as the formatter wants
 * them: `npm run -s build:catalogue`.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { CATALOGUE_INDEX_PATH, catalogueIndex } from './catalogue-index.ts';
import { DEVICE_CATALOGUE_PATH, deviceCatalogue } from './device-catalogue.ts';

for (const [path, made] of [
  [DEVICE_CATALOGUE_PATH, await deviceCatalogue()],
  [CATALOGUE_INDEX_PATH, await catalogueIndex()],
] as const) {
  if (!made.ok) throw new Error(JSON.stringify(made.failure));
  await writeFile(path, `${JSON.stringify(made.value, null, 2)}\n`);
}
await promisify(execFile)('biome', ['format', '--write', DEVICE_CATALOGUE_PATH, CATALOGUE_INDEX_PATH]);

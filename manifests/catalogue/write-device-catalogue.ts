/** Writes `device/catalogue/catalogue.json` anew: `npm run -s build:catalogue`. */
import { writeFile } from 'node:fs/promises';
import { DEVICE_CATALOGUE_PATH, deviceCatalogue } from './device-catalogue.ts';

const catalogue = await deviceCatalogue();
if (!catalogue.ok) throw new Error(JSON.stringify(catalogue.failure));
await writeFile(DEVICE_CATALOGUE_PATH, `${JSON.stringify(catalogue.value, null, 2)}\n`);

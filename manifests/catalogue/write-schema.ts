/** Writes `manifests/schema.json` anew: `node manifests/catalogue/write-schema.ts`. */
import { writeFile } from 'node:fs/promises';
import { familyJsonSchema, SCHEMA_PATH } from './json-schema.ts';

await writeFile(SCHEMA_PATH, familyJsonSchema());

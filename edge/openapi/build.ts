/** `node edge/openapi/build.ts`, then `npm run format`: writes openapi.json. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openapiDocument } from './document.ts';

const file = join(import.meta.dirname, 'openapi.json');
writeFileSync(file, `${JSON.stringify(openapiDocument(), null, 2)}\n`);

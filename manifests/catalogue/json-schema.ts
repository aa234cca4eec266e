/** The JSON Schema of family files, for editors: completion and warnings while a model is being written. */
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { familySchema } from './family.ts';

export const SCHEMA_PATH = fileURLToPath(new URL('../schema.json', import.meta.url));

/** What `manifests/schema.json` holds; the formatter decides its line breaks. */
export function familyJsonSchema(): string {
  const schema = z.toJSONSchema(familySchema, { io: 'input' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

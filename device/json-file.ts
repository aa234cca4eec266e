/** A file of our own that holds JSON of a known form. */
import { readFile, stat } from 'node:fs/promises';
import type { ZodType } from 'zod';

/** Null where there is none, or none that can be read: too long, no JSON, of another form. */
export async function readJsonFile<T>(
  path: string,
  schema: ZodType<T>,
  { maxBytes }: { readonly maxBytes: number },
): Promise<T | null> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > maxBytes) return null;
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/** `md5.txt` as the vendor writes it: CRLF, backslashes, upper-case hex (field 3). */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes `md5.txt` for what lies below `update/` now. */
export async function writeMd5List(directory: string): Promise<void> {
  const names = await readdir(join(directory, 'update'), { recursive: true, withFileTypes: true });
  const lines: string[] = [];
  for (const entry of names.filter((name) => name.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name));
    const path = join(entry.parentPath, entry.name).slice(directory.length).replaceAll('/', '\\');
    lines.push(`FILE:${path}:${createHash('md5').update(bytes).digest('hex').toUpperCase()}`);
  }
  const text = ['VERSION:1.0', 'FILE:START', ...lines.sort(), 'FILE:END', ''].join('\r\n');
  await writeFile(join(directory, 'md5.txt'), text);
}

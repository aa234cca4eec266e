/** Writes the support archive as a compressed tar that nobody else may read; never over a file that is there. */
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { concatBytes } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { BundleFile } from './bundle.ts';
import type { BundleFailure } from './bundle-failure.ts';

export async function writeBundle(
  path: string,
  files: readonly BundleFile[],
  nowMs: number,
): Promise<Result<void, BundleFailure>> {
  const archive = gzipSync(await tarOf(files, nowMs));
  try {
    await writeFile(path, archive, { flag: 'wx', mode: 0o600 });
    return ok();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return err({ reason: 'bundle-not-written', path, why: WORDS[code] ?? code });
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file of that name',
  ENOENT: 'its directory is not there',
  EACCES: 'this user may not write there',
  ENOSPC: 'there is no room',
};

async function tarOf(files: readonly BundleFile[], nowMs: number): Promise<Uint8Array> {
  const tar = pack();
  for (const { name, text } of files) {
    tar.entry({ name: `cistern-support/${name}`, mtime: new Date(nowMs), mode: 0o600 }, text);
  }
  tar.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of tar) parts.push(part as Uint8Array);
  return concatBytes(parts);
}

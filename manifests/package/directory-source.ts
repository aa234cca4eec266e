/** A package that is a directory. Symbolic links are refused: they could point at anything. */
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { PACKAGE_MAX_DEPTH, PACKAGE_MAX_ENTRIES } from '../limits.ts';
import { buildFileList } from './file-list.ts';
import type { PackageSource, SourceFailure, SourceFile } from './source.ts';

const READ_PIECE_BYTES = 1024 * 1024;

export async function openDirectory(path: string): Promise<Result<PackageSource, SourceFailure>> {
  const root = resolve(path);
  const found = await listFiles(root).catch((error: NodeJS.ErrnoException) =>
    err({ reason: 'package-unreadable', path, why: error.message } as const),
  );
  if (!found.ok) return found;
  const list = buildFileList(found.value, path);
  if (!list.ok) return list;
  const { files, topDirectory } = list.value;
  return ok({
    names: topDirectory === '' ? [basename(root)] : [basename(root), topDirectory],
    files,
    read: (file) => createReadStream(join(root, topDirectory, file), { highWaterMark: READ_PIECE_BYTES }),
    close: async () => {},
  });
}

async function listFiles(root: string): Promise<Result<readonly SourceFile[], SourceFailure>> {
  const files: SourceFile[] = [];
  let entriesSeen = 0;
  const directories = [''];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const name of await readdir(join(root, directory))) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const refuse = (why: 'link' | 'not-a-regular-file' | 'too-deep') =>
        err({ reason: 'package-entry-refused', path: path.slice(0, 200), why } as const);
      if (++entriesSeen > PACKAGE_MAX_ENTRIES)
        return err({ reason: 'package-too-many-files', maxFiles: PACKAGE_MAX_ENTRIES });
      if (path.split('/').length > PACKAGE_MAX_DEPTH) return refuse('too-deep');
      const status = await lstat(join(root, path));
      if (status.isSymbolicLink()) return refuse('link');
      if (status.isDirectory()) directories.push(path);
      else if (status.isFile()) files.push({ path, sizeBytes: status.size });
      else return refuse('not-a-regular-file');
    }
  }
  return ok(files);
}

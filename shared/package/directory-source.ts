/** A package that is a directory. Symbolic links are refused: they could point at anything. */
import { err, ok, type Result } from '../result.ts';
import { buildFileList } from './file-list.ts';
import { PACKAGE_MAX_DEPTH, PACKAGE_MAX_ENTRIES } from './limits.ts';
import type { PackagePorts } from './package-ports.ts';
import { nameOf, type PackageSource, type SourceFailure, type SourceFile } from './source.ts';

export async function openDirectory(
  path: string,
  ports: PackagePorts,
): Promise<Result<PackageSource, SourceFailure>> {
  const root = path.length > 1 ? path.replace(/\/+$/, '') : path;
  let found: Result<readonly SourceFile[], SourceFailure>;
  try {
    found = await listFiles(root, ports);
  } catch (error) {
    return err({ reason: 'package-unreadable', path, why: (error as Error).message });
  }
  if (!found.ok) return found;
  const list = buildFileList(found.value, path);
  if (!list.ok) return list;
  const { files, topDirectory } = list.value;
  const base = topDirectory === '' ? root : `${root}/${topDirectory}`;
  return ok({
    names: topDirectory === '' ? [nameOf(root)] : [nameOf(root), topDirectory],
    files,
    read: (file) => ports.readFile(`${base}/${file}`),
    close: async () => {},
  });
}

async function listFiles(
  root: string,
  { namesIn, lookAtEntry }: PackagePorts,
): Promise<Result<readonly SourceFile[], SourceFailure>> {
  const files: SourceFile[] = [];
  let entriesSeen = 0;
  const directories = [''];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const name of await namesIn(directory === '' ? root : `${root}/${directory}`)) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const refuse = (why: 'link' | 'not-a-regular-file' | 'too-deep') =>
        err({ reason: 'package-entry-refused', path: path.slice(0, 200), why } as const);
      if (++entriesSeen > PACKAGE_MAX_ENTRIES)
        return err({ reason: 'package-too-many-files', maxFiles: PACKAGE_MAX_ENTRIES });
      if (path.split('/').length > PACKAGE_MAX_DEPTH) return refuse('too-deep');
      const { kind, sizeBytes } = await lookAtEntry(`${root}/${path}`);
      if (kind === 'link') return refuse('link');
      if (kind === 'directory') directories.push(path);
      else if (kind === 'file') files.push({ path, sizeBytes });
      else return refuse('not-a-regular-file');
    }
  }
  return ok(files);
}

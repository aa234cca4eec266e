/** The rules every list of package files must keep, whatever it was read from. */
import { PACKAGE_MAX_BYTES, PACKAGE_MAX_FILES } from '../limits.ts';
import { isPackagePath } from '../release.ts';
import { err, ok, type Result } from '../result.ts';
import { PACKAGE_MAX_DEPTH } from './limits.ts';
import type { SourceFailure, SourceFile } from './source.ts';

export type FileList = {
  readonly files: readonly SourceFile[];
  /** The directory all files lay in, cut off their paths; empty where they lay at the root. */
  readonly topDirectory: string;
};

/** Checks names, count and total size; cuts off a lone top directory, as zips of a folder have it. */
export function buildFileList(found: readonly SourceFile[], origin: string): Result<FileList, SourceFailure> {
  if (found.length === 0) return err({ reason: 'package-empty', path: origin });
  if (found.length > PACKAGE_MAX_FILES)
    return err({ reason: 'package-too-many-files', maxFiles: PACKAGE_MAX_FILES });
  const sizeBytes = found.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (sizeBytes > PACKAGE_MAX_BYTES)
    return err({ reason: 'package-too-large', sizeBytes, maxBytes: PACKAGE_MAX_BYTES });

  const seen = new Set<string>();
  for (const { path } of found) {
    const refuse = (why: 'leaves-package' | 'name-not-allowed' | 'same-name-in-other-case' | 'too-deep') =>
      err({ reason: 'package-entry-refused', path: path.slice(0, 200), why } as const);
    const segments = path.split('/');
    if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || segments.includes('..'))
      return refuse('leaves-package');
    if (!isPackagePath(path) || path.length > MAX_TAR_PATH_CHARS) return refuse('name-not-allowed');
    if (segments.length > PACKAGE_MAX_DEPTH) return refuse('too-deep');
    if (seen.has(path.toLowerCase())) return refuse('same-name-in-other-case');
    seen.add(path.toLowerCase());
  }

  const topDirectory = loneTopDirectory(found);
  const files = found
    .map((file) => ({ ...file, path: file.path.slice(topDirectory === '' ? 0 : topDirectory.length + 1) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return ok({ files, topDirectory });
}

/** A ustar header holds 100 characters of name; longer paths would need an extension that moves every offset. */
const MAX_TAR_PATH_CHARS = 100;

/** `update` is where vendors put the images, so a top directory of that name is the layout, not a wrapper. */
const LAYOUT_DIRECTORY = 'update';

function loneTopDirectory(files: readonly SourceFile[]): string {
  const top = files[0]?.path.split('/')[0] ?? '';
  const isLone = top !== LAYOUT_DIRECTORY && files.every((file) => file.path.startsWith(`${top}/`));
  return isLone ? top : '';
}

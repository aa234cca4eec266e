/**
 * A vendor's firmware package as it lies on disk, directory or zip, seen as one list of files. Whatever could
 * lead out of it, or read differently on another filesystem, is refused here once, so that nothing behind
 * this port has to think of it.
 */
export type SourceFile = { readonly path: string; readonly sizeBytes: number };

export type PackageSource = {
  /** What the package is called: its own name, and that of a lone top directory inside it. */
  readonly names: readonly string[];
  /** Sorted by path (by code unit), forward slashes, relative to the package's root. */
  readonly files: readonly SourceFile[];
  /** Bytes of one file of the list, front to back. */
  readonly read: (path: string) => AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
};

export type SourceFailure =
  | { readonly reason: 'package-not-found'; readonly path: string }
  | { readonly reason: 'package-unreadable'; readonly path: string; readonly why: string }
  | { readonly reason: 'package-entry-refused'; readonly path: string; readonly why: RefusedEntry }
  | { readonly reason: 'package-too-many-files'; readonly maxFiles: number }
  | { readonly reason: 'package-too-large'; readonly sizeBytes: number; readonly maxBytes: number }
  | { readonly reason: 'package-empty'; readonly path: string };

export type RefusedEntry =
  | 'link'
  | 'not-a-regular-file'
  | 'leaves-package'
  | 'name-not-allowed'
  | 'same-name-in-other-case'
  | 'too-deep'
  | 'encrypted'
  | 'unknown-compression';

/** The last name of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

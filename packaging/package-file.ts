/** One file, link or directory of a package, as data. Paths are absolute on the system it is installed on. */
export type PackageFile =
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

export function textFile(path: string, text: string, mode = 0o644): PackageFile {
  return { kind: 'file', path, bytes: new TextEncoder().encode(text), mode };
}

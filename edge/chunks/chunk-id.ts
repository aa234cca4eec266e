/** The id in a chunk's path: `ab12/ab12….cacnk` (casync store layout, ota 5). */

const CHUNK_FILE = /^([0-9a-f]{64})\.cacnk$/;

/** `null` where the file is none, or lies under a prefix that is not its own. */
export function readChunkId(path: { readonly prefix: string; readonly file: string }): string | null {
  const id = CHUNK_FILE.exec(path.file)?.[1];
  return id?.startsWith(path.prefix) && path.prefix.length === 4 ? id : null;
}

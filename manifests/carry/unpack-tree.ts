/**
 * The tree of an exported file, laid into a store. The file is a stranger's: names, sizes and counts are bounded, and
 * nothing in it is believed before it is verified from a root.
 */
import { createReadStream } from 'node:fs';
import { extract } from 'tar-stream';
import { concatBytes } from '../../shared/bytes.ts';
import { PACKAGE_MAX_BYTES, PACKAGE_MAX_CHUNKS } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { CARRIED_OBJECT_MAX_BYTES, CARRIED_OTHERS_MAX } from '../limits.ts';
import type { ObjectStore, StoreFailure } from '../store/object-store.ts';

export type UnpackFailure =
  | StoreFailure
  | { readonly reason: 'export-unreadable'; readonly path: string; readonly why: string };

const NAME = /^v1\/((?:root|chunks|models)(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+)$/;
const NAME_MAX_CHARS = 400;

export async function unpackTree(path: string, store: ObjectStore): Promise<Result<void, UnpackFailure>> {
  const refuse = (why: string) => err({ reason: 'export-unreadable', path, why } as const);
  let count = 0;
  let totalBytes = 0;
  const reader = extract();
  const file = createReadStream(path);
  file.on('error', (error) => reader.destroy(error));
  file.pipe(reader);
  try {
    for await (const entry of reader) {
      const { name, size = 0, type } = entry.header;
      const key = name.length > NAME_MAX_CHARS ? undefined : NAME.exec(name)?.[1];
      if (type !== 'file' || key === undefined) return refuse(`it holds ${name.slice(0, 100)}`);
      totalBytes += size;
      if (size > CARRIED_OBJECT_MAX_BYTES) return refuse(`${key} has ${size} bytes`);
      if (totalBytes > 2 * PACKAGE_MAX_BYTES) return refuse('it holds more than a release can');
      if (++count > PACKAGE_MAX_CHUNKS + CARRIED_OTHERS_MAX) return refuse('it holds too many files');
      const parts: Uint8Array[] = [];
      for await (const part of entry as AsyncIterable<Uint8Array>) parts.push(part);
      const put = await store.create(key, concatBytes(parts));
      if (!put.ok) return put;
      if (put.value === 'was-there') return refuse(`it holds ${key} twice`);
    }
  } catch (error) {
    return refuse((error as Error).message);
  } finally {
    file.destroy();
  }
  return count === 0 ? refuse('it is empty') : ok();
}

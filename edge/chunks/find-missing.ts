/** Which chunks a store lacks: by listing, so that a package of thousands costs a few operations, not thousands. */

import { CHUNK_PREFIX, chunkKey } from '../../shared/bucket-keys.ts';
import type { ObjectStore } from '../store/object-store.ts';

export type ChunkSearch =
  | { readonly kind: 'all-there'; readonly listings: number }
  | { readonly kind: 'missing'; readonly id: string }
  /** None of those looked at is missing, and `listingsMax` were not enough to look at all. */
  | { readonly kind: 'too-many' };

/**
 * The first of `ids` that is not stored, in the order of ids. Walks the sorted store from one wanted id
 * to the next: at most as many listings as there are ids, at most one for every 1000 stored chunks, and `listingsMax`.
 */
export async function findFirstMissing(
  bucket: ObjectStore,
  ids: readonly string[],
  listingsMax: number,
): Promise<ChunkSearch> {
  const wanted = [...new Set(ids)].sort();
  let next = 0;
  let listings = 0;
  while (next < wanted.length) {
    if (++listings > listingsMax) return { kind: 'too-many' };
    const from = wanted[next] as string;
    const page = await bucket.list({ prefix: CHUNK_PREFIX, startAfter: justBefore(chunkKey(from)) });
    const there = new Set(page.objects.map((object) => object.key));
    const end = page.truncated ? (page.objects.at(-1)?.key ?? '') : null;
    for (; next < wanted.length; next++) {
      const id = wanted[next] as string;
      if (there.has(chunkKey(id))) continue;
      if (end === null || chunkKey(id) <= end || id === from) return { kind: 'missing', id };
      break;
    }
  }
  return { kind: 'all-there', listings };
}

/** Those of `ids` that are not stored; one R2 look-up an id, so the caller bounds them. */
export async function findMissing(bucket: ObjectStore, ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => bucket.head(chunkKey(id))));
  return ids.filter((_, i) => found[i] === null);
}

/** A key that sorts before `key` and after every other chunk: listings begin after a key, not at it. */
function justBefore(key: string): string {
  return key.slice(0, -'.cacnk'.length);
}

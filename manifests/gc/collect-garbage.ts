/**
 * Removes chunks that nothing needs and that are older than a bound, and metadata that was replaced long ago. Safe against a publication that goes on: a chunk is
 * laid into `trash/` before it is taken out of its place, and then it is looked again what is needed. A publication
 * puts its targets metadata before it looks whether all its chunks are there; so either it finds one missing and is
 * run again, or the metadata is seen here and the chunk comes back. A run that dies in between is made good by the next.
 */
import { CHUNK_PREFIX, chunkKey } from '../../shared/bucket-keys.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { inParallel } from '../http/in-parallel.ts';
import { DOWNLOADS_IN_FLIGHT } from '../limits.ts';
import type { ChunkIds } from '../package/chunk-ids.ts';
import { listAll, type ObjectStore, type StoreFailure } from '../store/object-store.ts';
import { findReferences, type ReferenceFailure } from './references.ts';

export const TRASH_PREFIX = 'trash/';

export type Garbage = {
  readonly chunkCount: number;
  /** Chunks that something needs. */
  readonly referencedCount: number;
  /** Not needed, and older than the bound. */
  readonly garbageCount: number;
  readonly garbageBytes: number;
  /** Not needed, and younger: a publication may be on its way. */
  readonly youngCount: number;
  /** Snapshots and rollout roles that were replaced so long ago that nothing valid names them. */
  readonly supersededCount: number;
  /** Taken out of the trash again, by this run, because something needs them after all. */
  readonly restoredCount: number;
  /** Gone for good: they lay in the trash for as long as the bound. */
  readonly purgedCount: number;
};

type Found = { readonly id: string; readonly sizeBytes: number };

export async function collectGarbage(
  store: ObjectStore,
  bound: { readonly olderThanMs: number; readonly nowMs: () => number },
  options: { readonly isDryRun: boolean },
): Promise<Result<Garbage, ReferenceFailure>> {
  const nowMs = bound.nowMs();
  const oldMs = nowMs - bound.olderThanMs;
  // Listed first: what is uploaded from here on is not in the list.
  const listed = await listChunks(store, oldMs);
  if (!listed.ok) return listed;
  const referenced = await findReferences(store, { oldMs, nowMs });
  if (!referenced.ok) return referenced;
  const { chunks, superseded } = referenced.value;
  const unneeded = (found: readonly Found[]) => found.filter(({ id }) => !chunks.has(id));
  const garbage = unneeded(listed.value.old);
  const counts = {
    chunkCount: listed.value.old.length + listed.value.young.length,
    referencedCount: chunks.size,
    garbageCount: garbage.length,
    garbageBytes: garbage.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    youngCount: unneeded(listed.value.young).length,
    supersededCount: superseded.length,
  };
  if (options.isDryRun) return ok({ ...counts, restoredCount: 0, purgedCount: 0 });

  const thrown = await inParallel(garbage, DOWNLOADS_IN_FLIGHT, ({ id }) =>
    move(store, chunkKey(id), `${TRASH_PREFIX}${chunkKey(id)}`),
  );
  if (!thrown.ok) return thrown;
  const again = await findReferences(store, { oldMs, nowMs });
  if (!again.ok) return again;
  const removed = await inParallel(superseded, DOWNLOADS_IN_FLIGHT, store.remove);
  if (!removed.ok) return removed;
  const trash = await emptyTrash(store, again.value.chunks, oldMs);
  return trash.ok ? ok({ ...counts, ...trash.value }) : trash;
}

async function listChunks(
  store: ObjectStore,
  oldMs: number,
): Promise<Result<{ readonly old: readonly Found[]; readonly young: readonly Found[] }, StoreFailure>> {
  const old: Found[] = [];
  const young: Found[] = [];
  for await (const object of store.list(CHUNK_PREFIX)) {
    if (!object.ok) return object;
    const { key, sizeBytes, modifiedMs } = object.value;
    const id = /\/([0-9a-f]{64})\.cacnk$/.exec(key)?.[1];
    if (id === undefined || chunkKey(id) !== key) continue;
    (modifiedMs < oldMs ? old : young).push({ id, sizeBytes });
  }
  return ok({ old, young });
}

/** What is needed goes back; what lay long enough goes for good. */
async function emptyTrash(
  store: ObjectStore,
  referenced: ChunkIds,
  oldMs: number,
): Promise<Result<Pick<Garbage, 'restoredCount' | 'purgedCount'>, ReferenceFailure>> {
  let restoredCount = 0;
  let purgedCount = 0;
  const trash = await listAll(store, TRASH_PREFIX);
  if (!trash.ok) return trash;
  const emptied = await inParallel(trash.value, DOWNLOADS_IN_FLIGHT, async ({ key, modifiedMs }) => {
    const id = /\/([0-9a-f]{64})\.cacnk$/.exec(key)?.[1];
    if (id === undefined) return ok();
    if (referenced.has(id)) {
      restoredCount++;
      return move(store, key, chunkKey(id));
    }
    if (modifiedMs >= oldMs) return ok();
    purgedCount++;
    return store.remove(key);
  });
  return emptied.ok ? ok({ restoredCount, purgedCount }) : emptied;
}

/** The copy stands before the original goes. */
async function move(store: ObjectStore, from: string, to: string): Promise<Result<void, ReferenceFailure>> {
  const object = await store.get(from, CHUNK_STORED_MAX_BYTES);
  if (!object.ok) return object;
  if (object.value === null) return ok();
  const put = await store.create(to, object.value.bytes);
  if (!put.ok) return put;
  if (put.value === 'was-there') {
    const there = await store.has(to);
    if (!there.ok) return there;
    if (!there.value) return err({ reason: 'store-unreadable', store: store.name, key: to });
  }
  return store.remove(from);
}

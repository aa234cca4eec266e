/** Whether everything that targets metadata promises is in the store: each new target, and each chunk of its packages. */
import { chunkKey, targetKey } from '../../shared/bucket-keys.ts';
import { parseIndex } from '../../shared/caibx.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { INDEX_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { TargetsMetadata } from '../../shared/trust/documents.ts';
import { consistentTargetPath } from '../../shared/trust/roles.ts';
import { targetKind, targetName } from '../../shared/trust/target-path.ts';
import { inParallel } from '../http/in-parallel.ts';
import { DOWNLOADS_IN_FLIGHT } from '../limits.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type OnlineFailure, refuse } from './online-repository.ts';

type Signed = TargetsMetadata['signed'];

/** An index that is stored as it is listed; whether its chunks are is `findUnstoredChunks`. */
export type StoredIndex = { readonly path: string; readonly chunkIds: ReadonlySet<string> };

/** Answers the indexes that are new. */
export async function findUnstored(
  store: ObjectStore,
  model: ModelId,
  next: Signed,
  former: Signed | null,
): Promise<Result<readonly StoredIndex[], OnlineFailure>> {
  const indexes: StoredIndex[] = [];
  for (const [path, { length, hashes }] of Object.entries(next.targets)) {
    const before = former?.targets[path]?.hashes.sha256;
    if (before === hashes.sha256) continue;
    const kind = targetKind(targetName(model, path) ?? '');
    // The catalogue entry may change; manifests and indexes are what devices have acted on.
    if (before !== undefined && kind !== 'entry')
      return refuse(
        'metadata-invalid',
        `${path} is published with other content, and a release never changes.`,
      );
    const object = await store.get(
      targetKey(model, consistentTargetPath(path, hashes.sha256)),
      INDEX_MAX_BYTES,
    );
    if (!object.ok) return object;
    const bytes = object.value?.bytes ?? new Uint8Array();
    if (bytes.length !== length || (await sha256Hex(bytes)) !== hashes.sha256)
      return refuse('target-missing', `${path} is not stored as it is listed. Nothing was published.`);
    if (kind !== 'index') continue;
    const index = parseIndex(bytes);
    if (!index.ok) return refuse('metadata-invalid', `${path} is not a readable index.`);
    indexes.push({ path, chunkIds: new Set(index.value.chunks.map(({ id }) => id)) });
  }
  return ok(indexes);
}

export async function findUnstoredChunks(
  store: ObjectStore,
  indexes: readonly StoredIndex[],
): Promise<Result<void, OnlineFailure>> {
  for (const { path, chunkIds } of indexes) {
    const held = await inParallel(
      chunkIds,
      DOWNLOADS_IN_FLIGHT,
      async (id): Promise<Result<void, OnlineFailure>> => {
        const has = await store.has(chunkKey(id));
        if (!has.ok) return has;
        if (has.value) return ok();
        return refuse(
          'chunk-missing',
          `Chunk ${id} of ${path} is not stored. Nothing was published; run it again.`,
        );
      },
    );
    if (!held.ok) return held;
  }
  return ok();
}

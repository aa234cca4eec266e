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

export async function findUnstored(
  store: ObjectStore,
  model: ModelId,
  next: Signed,
  former: Signed | null,
): Promise<Result<void, OnlineFailure>> {
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
    const held = await findUnstoredChunk(store, path, bytes);
    if (!held.ok) return held;
  }
  return ok();
}

async function findUnstoredChunk(
  store: ObjectStore,
  path: string,
  bytes: Uint8Array,
): Promise<Result<void, OnlineFailure>> {
  const index = parseIndex(bytes);
  if (!index.ok) return refuse('metadata-invalid', `${path} is not a readable index.`);
  const ids = new Set(index.value.chunks.map(({ id }) => id));
  return inParallel(ids, DOWNLOADS_IN_FLIGHT, async (id): Promise<Result<void, OnlineFailure>> => {
    const has = await store.has(chunkKey(id));
    if (!has.ok) return has;
    if (has.value) return ok();
    return refuse(
      'chunk-missing',
      `Chunk ${id} of ${path} is not stored. Nothing was published; run it again.`,
    );
  });
}

/**
 * What in a store refers to what. Every chunk that something still needs: of the packages that are published, of those whose publication is
 * under way, and of every index younger than the bound, because its metadata may be on its way. Fails where anything of
 * that is not readable: what cannot be read may need everything.
 * And the snapshots and rollout roles that newer ones took the place of, for so long that no timestamp which names them
 * can be valid: each renewal adds one, and nothing else would end them.
 */

import { targetKey, timestampKey } from '../../shared/bucket-keys.ts';
import { fromUtf8 } from '../../shared/bytes.ts';
import { parseIndex } from '../../shared/caibx.ts';
import { INDEX_MAX_BYTES, TARGETS_MAX_BYTES } from '../../shared/limits.ts';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { snapshotSchema, targetsSchema, timestampSchema } from '../../shared/trust/documents.ts';
import { consistentTargetPath, EXPIRES_AFTER_MS } from '../../shared/trust/roles.ts';
import { ANSWER_MAX_BYTES } from '../limits.ts';
import { type Carried, carriedKey, parseCarried } from '../mirror/carried.ts';
import { ChunkIds } from '../package/chunk-ids.ts';
import type { ObjectStore, StoreFailure } from '../store/object-store.ts';

export type ReferenceFailure =
  | StoreFailure
  | { readonly reason: 'store-unreadable'; readonly store: string; readonly key: string };

/** What of a model's directory decides: its targets files by version, and its indexes by age. */
type ModelObjects = {
  readonly targetsVersions: number[];
  readonly indexes: Map<string, number>;
  readonly online: {
    readonly key: string;
    readonly role: 'snapshot' | 'rollout';
    readonly version: number;
    readonly modifiedMs: number;
  }[];
  hasTimestamp: boolean;
  hasCarried: boolean;
};

export type References = {
  readonly chunks: ChunkIds;
  /** Keys of metadata that nothing valid names any more. */
  readonly superseded: readonly string[];
};

/** `oldMs`: what was written before is old. */
export async function findReferences(
  store: ObjectStore,
  { oldMs, nowMs }: { readonly oldMs: number; readonly nowMs: number },
): Promise<Result<References, ReferenceFailure>> {
  const models = await listModelObjects(store);
  if (!models.ok) return models;
  const referenced = new ChunkIds();
  const superseded: string[] = [];
  const outlivedMs = Math.min(oldMs, nowMs - EXPIRES_AFTER_MS.timestamp);
  for (const [model, objects] of models.value) {
    const needed = new Set<string>();
    for (const [key, modifiedMs] of objects.indexes) if (modifiedMs >= oldMs) needed.add(key);
    const carried = objects.hasCarried ? await carriedBy(store, model) : ok(null);
    if (!carried.ok) return carried;
    const current = objects.hasTimestamp ? await currentVersions(store, model) : ok(NOTHING_SHOWN);
    if (!current.ok) return current;
    for (const { key, role, version, modifiedMs } of objects.online)
      if (version < current.value[role] && modifiedMs < outlivedMs) superseded.push(key);
    for (const version of objects.targetsVersions.filter((each) => each >= current.value.targets)) {
      const listed = await listedIndexes(store, model, version);
      if (!listed.ok) return listed;
      for (const key of listed.value)
        if (objects.indexes.has(key) || isMissed(key, carried.value)) needed.add(key);
    }
    for (const key of needed) {
      const added = await addChunksOf(store, key, referenced);
      if (!added.ok) return added;
    }
  }
  return ok({ chunks: referenced, superseded });
}

const noObjects = (): ModelObjects => ({
  targetsVersions: [],
  indexes: new Map(),
  online: [],
  hasTimestamp: false,
  hasCarried: false,
});

async function listModelObjects(
  store: ObjectStore,
): Promise<Result<ReadonlyMap<ModelId, ModelObjects>, StoreFailure>> {
  const models = new Map<ModelId, ModelObjects>();
  for await (const object of store.list('models/')) {
    if (!object.ok) return object;
    const { key, modifiedMs } = object.value;
    const [, name = '', file = ''] = /^models\/([^/]+\/[^/]+)\/(.+)$/.exec(key) ?? [];
    const model = parseModelId(name);
    if (model === null) continue;
    const known = models.get(model) ?? noObjects();
    models.set(model, known);
    const version = Number(/^metadata\/(\d+)\.targets\.json$/.exec(file)?.[1] ?? 0);
    if (version > 0) known.targetsVersions.push(version);
    const [, online, role] = /^metadata\/(\d+)\.(snapshot|rollout)\.json$/.exec(file) ?? [];
    if (role === 'snapshot' || role === 'rollout')
      known.online.push({ key, role, version: Number(online), modifiedMs });
    if (key === timestampKey(model)) known.hasTimestamp = true;
    if (key === carriedKey(model)) known.hasCarried = true;
    if (key.endsWith('.caibx')) known.indexes.set(key, modifiedMs);
  }
  return ok(models);
}

async function carriedBy(store: ObjectStore, model: ModelId): Promise<Result<Carried, StoreFailure>> {
  const object = await store.get(carriedKey(model), ANSWER_MAX_BYTES);
  if (!object.ok) return object;
  return ok(object.value === null ? null : parseCarried(object.value.bytes));
}

/** Whether an index that is not there ought to be: a mirror that says what it carries lists more than that. */
function isMissed(key: string, carried: Carried): boolean {
  const version = /\/[0-9a-f]{64}\.([^/]+)\.caibx$/.exec(key)?.[1] ?? '';
  return carried === null || carried.has(version);
}

type Versions = Readonly<Record<'snapshot' | 'rollout' | 'targets', number>>;
const NOTHING_SHOWN: Versions = { snapshot: 0, rollout: 0, targets: 0 };

async function currentVersions(
  store: ObjectStore,
  model: ModelId,
): Promise<Result<Versions, ReferenceFailure>> {
  const timestamp = await readJson(store, timestampKey(model), timestampSchema);
  if (!timestamp.ok) return timestamp;
  const { version } = timestamp.value.signed.meta['snapshot.json'];
  const snapshot = await readJson(store, `models/${model}/metadata/${version}.snapshot.json`, snapshotSchema);
  if (!snapshot.ok) return snapshot;
  const { meta } = snapshot.value.signed;
  return ok({
    snapshot: version,
    rollout: meta['rollout.json'].version,
    targets: meta['targets.json'].version,
  });
}

async function listedIndexes(
  store: ObjectStore,
  model: ModelId,
  version: number,
): Promise<Result<readonly string[], ReferenceFailure>> {
  const key = `models/${model}/metadata/${version}.targets.json`;
  const targets = await readJson(store, key, targetsSchema);
  if (!targets.ok) return targets;
  return ok(
    Object.entries(targets.value.signed.targets)
      .filter(([path]) => path.endsWith('.caibx'))
      .map(([path, { hashes }]) => targetKey(model, consistentTargetPath(path, hashes.sha256))),
  );
}

async function addChunksOf(
  store: ObjectStore,
  key: string,
  referenced: ChunkIds,
): Promise<Result<void, ReferenceFailure>> {
  const object = await store.get(key, INDEX_MAX_BYTES);
  if (!object.ok) return object;
  const index = object.value === null ? null : parseIndex(object.value.bytes);
  if (index === null || !index.ok) return err({ reason: 'store-unreadable', store: store.name, key });
  for (const { id } of index.value.chunks) referenced.add(id);
  return ok();
}

async function readJson<T>(
  store: ObjectStore,
  key: string,
  schema: { readonly safeParse: (value: unknown) => { success: true; data: T } | { success: false } },
): Promise<Result<T, ReferenceFailure>> {
  const object = await store.get(key, TARGETS_MAX_BYTES);
  if (!object.ok) return object;
  try {
    const parsed = schema.safeParse(JSON.parse(fromUtf8(object.value?.bytes ?? new Uint8Array()) ?? ''));
    if (parsed.success) return ok(parsed.data);
  } catch {
    // Not JSON: as unreadable as anything of another shape.
  }
  return err({ reason: 'store-unreadable', store: store.name, key });
}

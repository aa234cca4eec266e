/** A root into a store: judged before it is stored, and laid beside every model for plain TUF clients. */

import { modelRootKey, ROOT_PREFIX, rootKey } from '../../shared/bucket-keys.ts';
import { fromUtf8, utf8 } from '../../shared/bytes.ts';
import { ROOT_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { judgeNextRoot } from '../../shared/trust/next-root.ts';
import { inParallel } from '../http/in-parallel.ts';
import { parseRoot } from '../keys/roots.ts';
import { UPLOADS_IN_FLIGHT } from '../limits.ts';
import type { PutOutcome } from '../publish/operator-client.ts';
import { listModels } from '../store/list-models.ts';
import { listAll, type ObjectStore, type StoreFailure } from '../store/object-store.ts';
import { type OnlineFailure, type OnlineRepository, refuse } from './online-repository.ts';

export async function acceptRoot(
  { store, signers, nowMs }: OnlineRepository,
  version: number,
  text: string,
): Promise<Result<PutOutcome, OnlineFailure>> {
  const newest = await newestRootVersion(store);
  if (!newest.ok) return newest;
  if (version <= newest.value) {
    const same = await compare(store, version, text);
    if (!same.ok) return same;
    // A run that died here stored it, and laid it beside some models or none.
    const laid = await layBesideAll(store, version, text);
    return laid.ok ? same : laid;
  }
  const next = parseRoot(text);
  if (next === null) return refuse('root-invalid', `Root ${version} is not readable. Nothing was stored.`);
  const current = await readRoot(store, newest.value);
  if (!current.ok) return current;
  const online = { snapshot: signers.snapshot.keyId, timestamp: signers.timestamp.keyId };
  const expected = { current: current.value?.signed ?? null, version, online, nowMs: nowMs() };
  const judged = await judgeNextRoot(next, expected);
  if (!judged.ok) return refuse('root-invalid', `${judged.failure.why} Nothing was stored.`);
  const put = await store.create(rootKey(version), utf8(text));
  if (!put.ok) return put;
  const laid = await layBesideAll(store, version, text);
  return laid.ok ? put : laid;
}

async function layBesideAll(
  store: ObjectStore,
  version: number,
  text: string,
): Promise<Result<void, StoreFailure>> {
  const models = await listModels(store);
  if (!models.ok) return models;
  return inParallel(models.value, UPLOADS_IN_FLIGHT, (model) =>
    store.create(modelRootKey(model, version), utf8(text)),
  );
}

/** The roots beside a model, where a plain TUF client looks for them. */
export async function layRootsBeside(
  store: ObjectStore,
  model: ModelId,
): Promise<Result<void, StoreFailure>> {
  const newest = await newestRootVersion(store);
  if (!newest.ok) return newest;
  for (let version = 1; version <= newest.value; version++) {
    const root = await store.get(rootKey(version), ROOT_MAX_BYTES);
    if (!root.ok) return root;
    if (root.value === null) continue;
    const put = await store.create(modelRootKey(model, version), root.value.bytes);
    if (!put.ok) return put;
  }
  return ok();
}

async function newestRootVersion(store: ObjectStore): Promise<Result<number, StoreFailure>> {
  const roots = await listAll(store, ROOT_PREFIX);
  if (!roots.ok) return roots;
  const versions = roots.value.map(({ key }) => Number(/^root\/(\d+)\.root\.json$/.exec(key)?.[1] ?? 0));
  return ok(Math.max(0, ...versions));
}

async function readRoot(store: ObjectStore, version: number) {
  if (version === 0) return ok(null);
  const object = await store.get(rootKey(version), ROOT_MAX_BYTES);
  return object.ok ? ok(parseRoot(fromUtf8(object.value?.bytes ?? new Uint8Array()) ?? '')) : object;
}

async function compare(
  store: ObjectStore,
  version: number,
  text: string,
): Promise<Result<PutOutcome, OnlineFailure>> {
  const there = await store.get(rootKey(version), ROOT_MAX_BYTES);
  if (!there.ok) return there;
  if (there.value !== null && fromUtf8(there.value.bytes) === text) return ok('was-there');
  return refuse('already-exists', `${store.name} has another root ${version}: it is another repository.`);
}

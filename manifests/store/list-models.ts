/** The models that a store shows: those that have a timestamp. */
import { timestampKey } from '../../shared/bucket-keys.ts';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { ObjectStore, StoreFailure } from './object-store.ts';

export async function listModels(
  store: Pick<ObjectStore, 'list'>,
): Promise<Result<readonly ModelId[], StoreFailure>> {
  const models: ModelId[] = [];
  for await (const object of store.list('models/')) {
    if (!object.ok) return object;
    const name = /^models\/([^/]+\/[^/]+)\/metadata\/timestamp\.json$/.exec(object.value.key)?.[1] ?? '';
    const model = parseModelId(name);
    if (model !== null && timestampKey(model) === object.value.key) models.push(model);
  }
  return ok(models.sort());
}

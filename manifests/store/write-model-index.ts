/** The list of models in a store, for readers that cannot list it themselves. */
import { utf8 } from '../../shared/bytes.ts';
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { MODEL_LIST_MAX_BYTES } from '../limits.ts';
import { MODEL_INDEX_KEY, modelIndexText } from '../repository/repository-models.ts';
import { listModels } from './list-models.ts';
import type { ObjectStore, StoreFailure } from './object-store.ts';

/** Two writers may race; who comes last has listed what the other added. `coming` is about to be published. */
export async function writeModelIndex(
  store: ObjectStore,
  coming?: ModelId,
): Promise<Result<void, StoreFailure>> {
  for (;;) {
    const there = await store.get(MODEL_INDEX_KEY, MODEL_LIST_MAX_BYTES);
    if (!there.ok) return there;
    const models = await listModels(store);
    if (!models.ok) return models;
    const all = new Set([...models.value, ...(coming === undefined ? [] : [coming])]);
    const bytes = utf8(modelIndexText([...all].sort()));
    if (there.value !== null && Buffer.compare(there.value.bytes, bytes) === 0) return ok();
    const put = await store.replace(MODEL_INDEX_KEY, bytes, there.value?.tag ?? null);
    if (!put.ok) return put;
    if (put.value === 'stored') return ok();
  }
}

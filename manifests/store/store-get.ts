/** Reads a store as a repository is read over HTTP, so that one code verifies, audits and mirrors both. */
import { modelRootKey, rootKey } from '../../shared/bucket-keys.ts';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import { err, ok } from '../../shared/result.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import type { ObjectStore } from './object-store.ts';

/** What a store's paths are resolved against; nothing is ever looked up there. */
export const STORE_BASE = 'http://store.invalid';

export function getFromStore(store: Pick<ObjectStore, 'get' | 'name'>): Get {
  return async (url, maxBytes) => {
    const key = decodeURIComponent(url.slice(`${STORE_BASE}/v1/`.length));
    const shown = `${store.name}/${key}`;
    const object = await getOrRoot(store, key, maxBytes);
    if (object.ok) {
      const body = object.value?.bytes ?? new Uint8Array();
      return ok({ status: object.value === null ? 404 : 200, body, retryAfterMs: 0 });
    }
    const { failure } = object;
    if (failure.reason === 'object-too-large')
      return err({ reason: 'answer-too-large', url: shown, maxBytes });
    return err({ reason: 'repository-unreachable', url: shown, why: failure.why });
  };
}

/**
 * A root beside a model is what static file servers serve. A bucket behind a Worker has none there: its models have the
 * common ones. Where the one before lies there and this one does not, a device that reads the files finds none either.
 */
async function getOrRoot(store: Pick<ObjectStore, 'get'>, key: string, maxBytes: number) {
  const object = await store.get(key, maxBytes);
  const root = object.ok && object.value === null ? rootOf(key) : null;
  if (root === null) return object;
  const { model, version } = root;
  const before = await store.get(modelRootKey(model, version - 1), maxBytes);
  return before.ok && before.value === null ? store.get(rootKey(version), maxBytes) : object;
}

function rootOf(key: string): { readonly model: ModelId; readonly version: number } | null {
  const [, name = '', digits = ''] = /^models\/([^/]+\/[^/]+)\/metadata\/(\d+)\.root\.json$/.exec(key) ?? [];
  const model = parseModelId(name);
  const version = Number(digits);
  return model !== null && modelRootKey(model, version) === key ? { model, version } : null;
}

/** Reads a store as a repository is read over HTTP, so that one code verifies, audits and mirrors both. */
import { modelRootKey, rootKey } from '../../shared/bucket-keys.ts';
import { parseModelId } from '../../shared/model.ts';
import { err, ok } from '../../shared/result.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import type { ObjectStore } from './object-store.ts';

/** What a store's paths are resolved against; nothing is ever looked up there. */
export const STORE_BASE = 'http://store.invalid';

export function getFromStore(store: Pick<ObjectStore, 'get' | 'name'>): Get {
  return async (url, maxBytes) => {
    const key = keyOf(url);
    const shown = `${store.name}/${key}`;
    const object = await store.get(key, maxBytes);
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

/** The roots of all models are one object; the others are called as their URLs are. */
function keyOf(url: string): string {
  const key = decodeURIComponent(url.slice(`${STORE_BASE}/v1/`.length));
  const [, model = '', version = ''] =
    /^models\/([^/]+\/[^/]+)\/metadata\/(\d+)\.root\.json$/.exec(key) ?? [];
  const id = parseModelId(model);
  return id !== null && modelRootKey(id, Number(version)) === key ? rootKey(Number(version)) : key;
}

/** `GET, HEAD /v1/models/{vendor}/{model}/targets/{path}`: manifests, indexes, rollouts at their consistent paths. */

import { targetKey } from '../../shared/bucket-keys.ts';
import type { ModelId } from '../../shared/model.ts';
import { parseConsistentPath } from '../../shared/trust/target-path.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { IMMUTABLE, serveObject } from '../store/serve-object.ts';

export async function serveTarget(
  bucket: ObjectStore,
  model: ModelId,
  path: string,
  request: Request,
): Promise<Response | null> {
  const target = parseConsistentPath(model, path);
  if (target === null) return null;
  const contentType = target.name.endsWith('.json') ? 'application/json' : 'application/octet-stream';
  return serveObject(bucket, targetKey(model, path), request, { contentType, cacheControl: IMMUTABLE });
}

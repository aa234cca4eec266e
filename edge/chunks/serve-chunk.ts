/** `GET, HEAD /v1/chunks/{id[0:4]}/{id}.cacnk`: the casync store, straight from R2. */

import { chunkKey } from '../../shared/bucket-keys.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { IMMUTABLE, serveObject } from '../store/serve-object.ts';
import { readChunkId } from './chunk-id.ts';

export async function serveChunk(
  bucket: ObjectStore,
  request: Request,
  path: { readonly prefix: string; readonly file: string },
): Promise<Response | null> {
  const id = readChunkId(path);
  if (id === null) return null;
  return serveObject(bucket, chunkKey(id), request, {
    contentType: 'application/octet-stream',
    cacheControl: IMMUTABLE,
  });
}

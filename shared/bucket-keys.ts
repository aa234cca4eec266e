/** Keys of the bucket. They are the URLs without `/v1`, so that any static file server over a copy of it is a mirror. */
import { chunkPath } from './caibx.ts';
import type { ModelId } from './model.ts';
import { metadataFile, type Role } from './trust/roles.ts';

export const ROOT_PREFIX = 'root/';
export const CHUNK_PREFIX = 'chunks/';

/** Custom metadata of an object: SHA-256 of its bytes in hex, where the store keeps no such digest by itself. */
export const SHA256_METADATA = 'cistern-sha256';

export function rootKey(version: number): string {
  return `${ROOT_PREFIX}${metadataFile('root', version)}`;
}

/** The same root where a plain TUF client looks for it; the Worker needs no such copy, a static file server does. */
export function modelRootKey(model: ModelId, version: number): string {
  return `models/${model}/metadata/${metadataFile('root', version)}`;
}

export function metadataKey(
  model: ModelId,
  role: Exclude<Role, 'root' | 'timestamp'>,
  version: number,
): string {
  return `models/${model}/metadata/${metadataFile(role, version)}`;
}

export function timestampKey(model: ModelId): string {
  return `models/${model}/metadata/timestamp.json`;
}

/** `path` is a consistent target path: `quectel/ec25euga-m4g/<sha256>.model.json`. */
export function targetKey(model: ModelId, path: string): string {
  return `models/${model}/targets/${path}`;
}

export function chunkKey(id: string): string {
  return `${CHUNK_PREFIX}${chunkPath(id)}`;
}

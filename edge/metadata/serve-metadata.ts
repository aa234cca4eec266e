/** `GET, HEAD /v1/models/{vendor}/{model}/metadata/{file}`: the plain TUF layout, for any TUF client. */

import { metadataKey, rootKey } from '../../shared/bucket-keys.ts';
import { toHex, utf8 } from '../../shared/bytes.ts';
import { digestFieldOf, sha256 } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { serveBytes } from '../http/serve-bytes.ts';
import { VERSION_MAX_DIGITS } from '../limits.ts';
import { IMMUTABLE, serveObject } from '../store/serve-object.ts';
import { currentPublished } from './current.ts';
import type { MetadataRepository } from './repository.ts';

const VERSIONED = new RegExp(
  `^([1-9]\\d{0,${VERSION_MAX_DIGITS - 1}})\\.(root|targets|snapshot|rollout)\\.json$`,
);

/** For what changes: a poll may be a minute behind. */
export const SHORT_LIVED = 'public, max-age=60, no-transform';

export async function serveMetadata(
  repository: MetadataRepository,
  model: ModelId,
  file: string,
  request: Request,
): Promise<Response | null> {
  if (file === 'timestamp.json') return serveTimestamp(repository, model, request);
  const named = parseMetadataFile(file);
  if (named === null) return null;
  const key = named.role === 'root' ? rootKey(named.version) : metadataKey(model, named.role, named.version);
  return serveObject(repository.bucket, key, request, {
    contentType: 'application/json',
    cacheControl: IMMUTABLE,
  });
}

/** Role and version of `3.targets.json`; `null` for other names. */
export function parseMetadataFile(
  file: string,
): { readonly role: 'root' | 'targets' | 'snapshot' | 'rollout'; readonly version: number } | null {
  const match = VERSIONED.exec(file);
  if (match === null) return null;
  return { role: match[2] as 'root' | 'targets' | 'snapshot' | 'rollout', version: Number(match[1]) };
}

async function serveTimestamp(
  repository: MetadataRepository,
  model: ModelId,
  request: Request,
): Promise<Response | null> {
  const published = await currentPublished(repository, model);
  if (published === null) return null;
  const bytes = utf8(published.text);
  const digest = await sha256(bytes);
  return serveBytes(bytes, request, {
    etag: `"sha256-${toHex(digest)}"`,
    reprDigest: digestFieldOf(digest),
    lastModified: published.storedAt,
    contentType: 'application/json',
    cacheControl: SHORT_LIVED,
  });
}

/** The metadata of a mirror: roots that lead to today's, then what they vouch for, the timestamp last. */

import { metadataKey, modelRootKey, rootKey, timestampKey } from '../../shared/bucket-keys.ts';
import { fromUtf8 } from '../../shared/bytes.ts';
import { ROOT_MAX_BYTES, TARGETS_MAX_BYTES, TIMESTAMP_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type RootMetadata, timestampSchema } from '../../shared/trust/documents.ts';
import { metadataFile } from '../../shared/trust/roles.ts';
import { isSignedBy } from '../../shared/trust/signed-by.ts';
import { parseRoot } from '../keys/roots.ts';
import { metadataBase } from '../repository/addresses.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import { followRoots, type SignedStateFailure } from '../repository/signed-state.ts';
import type { RepositoryOfModel, VerifiedModel } from '../repository/verified-model.ts';
import type { ObjectStore, StoreFailure } from '../store/object-store.ts';
import { getFromStore, STORE_BASE } from '../store/store-get.ts';
import type { Recording } from './recorded-get.ts';

export type CopyMetadataFailure =
  | SignedStateFailure
  | StoreFailure
  | { readonly reason: 'root-unusable'; readonly why: string }
  | { readonly reason: 'mirror-of-another-root'; readonly store: string; readonly version: number };

/** The given root, those after it as they were verified, and those before it that lead to it. */
export async function copyRoots(
  { base, model, rootText }: RepositoryOfModel,
  { bytesOf }: Pick<Recording, 'bytesOf'>,
  get: Get,
  destination: ObjectStore,
): Promise<Result<void, CopyMetadataFailure>> {
  const given = parseRoot(rootText);
  if (given === null) return err({ reason: 'root-unusable', why: 'it is not readable' });
  const url = (version: number) => `${metadataBase(base, model)}/${metadataFile('root', version)}`;
  const roots = new Map<number, Uint8Array>([[given.signed.version, new TextEncoder().encode(rootText)]]);
  for (let version = given.signed.version + 1; ; version++) {
    const bytes = bytesOf(url(version));
    if (bytes === undefined) break;
    roots.set(version, bytes);
  }
  let next = given;
  for (let version = given.signed.version - 1; version > 0; version--) {
    const answer = await get(url(version), ROOT_MAX_BYTES);
    if (!answer.ok) return answer;
    const former = answer.value.status === 200 ? parseRoot(fromUtf8(answer.value.body) ?? '') : null;
    if (former === null || former.signed.version !== version) break;
    if (!(await isSignedBy(former.signed.roles.root, former.signed.keys, next))) break;
    roots.set(version, answer.value.body);
    next = former;
  }
  for (const [version, bytes] of roots) {
    for (const key of [rootKey(version), modelRootKey(model, version)]) {
      const put = await destination.create(key, bytes);
      if (!put.ok) return put;
      const there = put.value === 'was-there' ? await destination.get(key, ROOT_MAX_BYTES) : null;
      if (there !== null && !there.ok) return there;
      if (there !== null && (there.value === null || !isSame(there.value.bytes, bytes)))
        return err({ reason: 'mirror-of-another-root', store: destination.name, version });
    }
  }
  return ok();
}

/** `is-newer`: the mirror shows a later state than the source and is left as it is. */
export type Shown = 'copied' | 'was-there' | 'is-newer';

export async function showMetadata(
  { model, versions, root }: VerifiedModel,
  base: string,
  { bytesOf }: Pick<Recording, 'bytesOf'>,
  destination: ObjectStore,
): Promise<Result<Shown, CopyMetadataFailure>> {
  for (const role of ['targets', 'rollout', 'snapshot'] as const) {
    const bytes = bytesOf(`${metadataBase(base, model)}/${metadataFile(role, versions[role])}`);
    if (bytes === undefined) throw new Error(`${role} was verified and not read`);
    const put = await putExactly(destination, metadataKey(model, role, versions[role]), bytes);
    if (!put.ok) return put;
  }
  const timestamp = bytesOf(`${metadataBase(base, model)}/timestamp.json`);
  if (timestamp === undefined) throw new Error('the timestamp was verified and not read');
  // The mirror may know a root that the source does not have yet.
  const source = { base: STORE_BASE, model, roots: [{ root }] };
  const roots = await followRoots(source, getFromStore(destination));
  if (!roots.ok && roots.failure.reason !== 'metadata-rejected') return roots;
  const newest = (roots.ok ? roots.value.at(-1) : undefined) ?? root;
  for (;;) {
    const there = await destination.get(timestampKey(model), TIMESTAMP_MAX_BYTES);
    if (!there.ok) return there;
    const present = there.value === null ? 0 : await timestampVersion(there.value.bytes, newest);
    if (present >= versions.timestamp) return ok(present > versions.timestamp ? 'is-newer' : 'was-there');
    const put = await destination.replace(timestampKey(model), timestamp, there.value?.tag ?? null);
    if (!put.ok) return put;
    if (put.value === 'stored') return ok('copied');
  }
}

/** A number that an abandoned publication had taken, and that was mirrored then, holds what is valid now. */
async function putExactly(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
): Promise<Result<void, StoreFailure>> {
  for (;;) {
    const put = await store.create(key, bytes);
    if (!put.ok || put.value === 'stored') return put.ok ? ok() : put;
    const there = await store.get(key, Math.max(bytes.length, TARGETS_MAX_BYTES));
    if (!there.ok) return there;
    if (there.value === null) continue;
    if (isSame(there.value.bytes, bytes)) return ok();
    const replaced = await store.replace(key, bytes, there.value.tag);
    if (!replaced.ok || replaced.value === 'stored') return replaced.ok ? ok() : replaced;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** 0 for what is not one, or was not signed by a timestamp key of the root: it is replaced. */
async function timestampVersion(bytes: Uint8Array, { signed: root }: RootMetadata): Promise<number> {
  try {
    const timestamp = timestampSchema.parse(JSON.parse(fromUtf8(bytes) ?? ''));
    return (await isSignedBy(root.roles.timestamp, root.keys, timestamp)) ? timestamp.signed.version : 0;
  } catch {
    return 0;
  }
}

/** The shared root of trust: which versions are stored, what the newest one says. */

import { ROOT_PREFIX, rootKey } from '../../shared/bucket-keys.ts';
import { ROOTS_MAX } from '../../shared/limits.ts';
import { type RootMetadata, rootSchema } from '../../shared/trust/documents.ts';
import { type OnlineKeyIds, trustsOnlineKeys } from '../../shared/trust/next-root.ts';
import { NEWEST_ROOT_MEMO_MS } from '../limits.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { OnlineSigners } from './online-signers.ts';

export type TrustedRoot = RootMetadata['signed'];

/** Version of the newest stored root; 0 where none is. */
export async function newestRootVersion(bucket: ObjectStore): Promise<number> {
  const page = await bucket.list({ prefix: ROOT_PREFIX });
  const versions = page.objects.map(({ key }) => Number(/^root\/(\d+)\.root\.json$/.exec(key)?.[1] ?? 0));
  return Math.max(0, ...versions);
}

export async function readRoot(bucket: ObjectStore, version: number): Promise<TrustedRoot | null> {
  const object = await bucket.get(rootKey(version));
  return object === null ? null : rootSchema.parse(await object.json()).signed;
}

/** Whether devices that follow this root accept what this Worker signs. */
export function trustsSigners(root: TrustedRoot, signers: OnlineSigners): boolean {
  return trustsOnlineKeys(root, onlineKeyIds(signers));
}

export function onlineKeyIds({ snapshot, timestamp }: OnlineSigners): OnlineKeyIds {
  return { snapshot: snapshot.keyId, timestamp: timestamp.keyId };
}

export type NewestRootMemo = { version: number; seenAtMs: number };

/**
 * The newest root as polls tell it: looked up once a minute an isolate, because it changes once in years and would
 * otherwise double the reads of every poll. The memo is the caller's, one an isolate. Roots follow one another without
 * a gap, so the next is asked for by its name, beginning with the one that the device holds: a listing is twelve times
 * as dear, and there are as many isolates as Cloudflare starts.
 */
export async function newestRootForPolls(
  bucket: ObjectStore,
  memo: NewestRootMemo,
  heldByDevice: number,
  nowMs: number,
): Promise<number> {
  if (memo.version !== 0 && nowMs - memo.seenAtMs <= NEWEST_ROOT_MEMO_MS) return memo.version;
  const known = memo.version !== 0 ? memo.version : await ifStored(bucket, heldByDevice);
  memo.version = known === 0 ? await newestRootVersion(bucket) : await lastFrom(bucket, known);
  memo.seenAtMs = nowMs;
  return memo.version;
}

async function isStored(bucket: ObjectStore, version: number): Promise<boolean> {
  return (await bucket.head(rootKey(version))) !== null;
}

/** A device may say what it likes: 0 where there is no such root. */
async function ifStored(bucket: ObjectStore, version: number): Promise<number> {
  return (await isStored(bucket, version)) ? version : 0;
}

async function lastFrom(bucket: ObjectStore, known: number): Promise<number> {
  let version = known;
  while (version < ROOTS_MAX && (await isStored(bucket, version + 1))) version++;
  return version;
}

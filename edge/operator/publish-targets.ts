/**
 * `PUT …/metadata/{n}.targets.json`: makes releases visible. Everything is checked before; the files are stored
 * and signed in the order in which they may be seen, and the look-up tables follow.
 */

import { metadataKey } from '../../shared/bucket-keys.ts';
import { sha256, sha256Hex } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Refusal } from '../http/problem.ts';
import { ABANDONED_AFTER_MS } from '../limits.ts';
import { advance } from '../metadata/advance.ts';
import { checkPackagesStored, checkTargetsStored } from '../metadata/check-stored.ts';
import { checkTargets } from '../metadata/check-targets.ts';
import { readPublished } from '../metadata/published.ts';
import type { MetadataRepository } from '../metadata/repository.ts';
import { newestRootVersion, readRoot } from '../metadata/roots.ts';
import { readTargets } from '../metadata/stored-targets.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type PutOutcome, putOnce, storedSha256 } from '../store/put-once.ts';

export async function publishTargets(
  repository: MetadataRepository,
  model: ModelId,
  version: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<PutOutcome, Refusal>> {
  const { bucket, signers } = repository;
  const published = await readPublished(bucket, model);
  const current = published?.state.targetsVersion ?? 0;
  if (version <= current)
    return ok(await compareStored(bucket, metadataKey(model, 'targets', version), bytes));

  const root = await readRoot(bucket, await newestRootVersion(bucket));
  if (root === null) return err(noRoot);
  const nowMs = repository.nowMs();
  const { rollout } = signers;
  const next = await checkTargets(bytes, { model, version: current + 1, root, rollout, nowMs });
  if (!next.ok) return next;
  if (next.value.version !== version) return err(misnamed(version, next.value.version));
  const before = current === 0 ? null : await readTargets(bucket, model, current);
  const releases = await checkTargetsStored(bucket, model, next.value, before);
  if (!releases.ok) return releases;

  if (!(await claim(bucket, metadataKey(model, 'targets', version), bytes, nowMs)))
    return err(underWay(version));
  // From the claim on, `gc` of the bucket counts what this lists; what it took before is seen now.
  const held = await checkPackagesStored(bucket, model, next.value, releases.value);
  if (!held.ok) return held;
  const advanced = await advance(repository, model, { kind: 'targets', version, bytes });
  return advanced.ok ? ok('stored') : advanced;
}

async function compareStored(bucket: ObjectStore, key: string, bytes: Uint8Array): Promise<PutOutcome> {
  const there = await bucket.head(key);
  return there !== null && (await storedSha256(bucket, there)) === (await sha256Hex(bytes))
    ? 'same'
    : 'different';
}

/**
 * Stores the file under a number that nothing visible uses yet. Another publication may have got there first: it is
 * left alone until it can only have been abandoned, because its snapshot may be on its way.
 */
async function claim(
  bucket: ObjectStore,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
  nowMs: number,
): Promise<boolean> {
  if ((await putOnce(bucket, key, bytes)) !== 'different') return true;
  const there = await bucket.head(key);
  if (there === null || nowMs - there.uploaded.getTime() < ABANDONED_AFTER_MS) return false;
  const onlyIf = { etagMatches: there.etag };
  return (await bucket.put(key, bytes, { onlyIf, sha256: await sha256(bytes) })) !== null;
}

const noRoot: Refusal = {
  reason: 'metadata-invalid',
  detail: 'No root is stored, so nothing can be verified. Upload 1.root.json first.',
};

function misnamed(named: number, found: number): Refusal {
  return {
    reason: 'metadata-invalid',
    detail: `The path says version ${named}, the metadata says ${found}. Nothing was published.`,
  };
}

function underWay(version: number): Refusal {
  const minutes = ABANDONED_AFTER_MS / 60_000;
  return {
    reason: 'publication-raced',
    detail: `Version ${version} was uploaded with other bytes and is not visible yet. If that publication was abandoned, try again ${minutes} minutes after it.`,
  };
}

/** Signed targets into a store: judged, everything they list found there, then made visible. */

import { metadataKey } from '../../shared/bucket-keys.ts';
import { fromUtf8, utf8 } from '../../shared/bytes.ts';
import { TARGETS_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { targetsSchema } from '../../shared/trust/documents.ts';
import { judgeNextTargets } from '../../shared/trust/next-targets.ts';
import { metaFileOf } from '../../shared/trust/sign-online.ts';
import { ABANDONED_AFTER_MS } from '../limits.ts';
import type { PutOutcome } from '../publish/operator-client.ts';
import { listAll } from '../store/object-store.ts';
import { writeModelIndex } from '../store/write-model-index.ts';
import { layRootsBeside } from './accept-root.ts';
import { advance } from './advance.ts';
import { findUnstored, findUnstoredChunks } from './find-unstored.ts';
import { type OnlineFailure, type OnlineRepository, refuse } from './online-repository.ts';
import { readVisible } from './visible.ts';

export async function acceptTargets(
  repository: OnlineRepository,
  model: ModelId,
  version: number,
  text: string,
): Promise<Result<PutOutcome, OnlineFailure>> {
  const { store, signers } = repository;
  const nowMs = repository.nowMs();
  const visible = await readVisible(repository, model);
  if (!visible.ok) return visible;
  const { state } = visible.value;
  const former = state?.targets.signed.version ?? 0;
  const key = metadataKey(model, 'targets', version);
  if (version <= former) {
    const there = await store.get(key, TARGETS_MAX_BYTES);
    if (!there.ok) return there;
    if (there.value !== null && fromUtf8(there.value.bytes) === text) return ok('was-there');
    return refuse('already-exists', `Targets ${version} of ${model} are published with other content.`);
  }
  const next = targetsSchema.safeParse(parseJson(text));
  const root = (state?.root ?? repository.roots.at(-1)?.root)?.signed;
  if (!next.success || root === undefined)
    return refuse('metadata-invalid', 'The targets metadata is not readable. Nothing was published.');
  const { rollout } = signers;
  const judged = await judgeNextTargets(next.data, { model, version: former + 1, root, rollout, nowMs });
  if (!judged.ok) return refuse('metadata-invalid', `${judged.failure.why} Nothing was published.`);
  const indexes = await findUnstored(store, model, next.data.signed, state?.targets.signed ?? null);
  if (!indexes.ok) return indexes;

  const bytes = utf8(text);
  const claimed = await claim(repository, key, bytes, nowMs);
  if (!claimed.ok) return claimed;
  // From the claim on, `gc` counts what this lists; what it took before is seen now.
  const held = await findUnstoredChunks(store, indexes.value);
  if (!held.ok) return held;
  const roots = await layRootsBeside(store, model);
  if (!roots.ok) return roots;
  const index = state === null ? await writeModelIndex(store, model) : ok();
  if (!index.ok) return index;
  const file = await metaFileOf(version, bytes);
  const advanced = await advance(repository, model, { kind: 'targets', file, former });
  return advanced.ok ? ok('stored') : advanced;
}

/**
 * Stores the file under a number that nothing visible uses yet. Another publication may have got there first: it is left
 * alone until it can only have been abandoned, because its snapshot may be on its way.
 */
async function claim(
  { store }: OnlineRepository,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
  nowMs: number,
): Promise<Result<void, OnlineFailure>> {
  const put = await store.create(key, bytes);
  if (!put.ok) return put;
  if (put.value === 'stored') return ok();
  const there = await store.get(key, TARGETS_MAX_BYTES);
  if (!there.ok) return there;
  if (there.value !== null && fromUtf8(there.value.bytes) === fromUtf8(bytes)) return ok();
  const listed = await listAll(store, key);
  if (!listed.ok) return listed;
  const modifiedMs = listed.value.find((object) => object.key === key)?.modifiedMs ?? nowMs;
  if (there.value === null || nowMs - modifiedMs < ABANDONED_AFTER_MS) {
    const minutes = ABANDONED_AFTER_MS / 60_000;
    return refuse(
      'publication-raced',
      `${key} was stored with other bytes and is not visible yet. If that publication was abandoned, try again ${minutes} minutes after it.`,
    );
  }
  const replaced = await store.replace(key, bytes, there.value.tag);
  if (!replaced.ok) return replaced;
  if (replaced.value === 'stored') return ok();
  return refuse('publication-raced', `${key} was stored by somebody else meanwhile. Run it again.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

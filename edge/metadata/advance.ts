/**
 * The one way a model's visible state changes: rollout, snapshot, timestamp are signed and stored in this order,
 * and only the last step, a conditional replacement of timestamp.json, shows anything (TUF 6.1).
 *
 * Writers may race (two operators, or a renewal by any isolate): the timestamp is replaced only if it is still the
 * one that was read; who loses reads again.
 */
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { dueFor } from '../../shared/trust/due.ts';
import type { Refusal } from '../http/problem.ts';
import { ADVANCE_ATTEMPTS_MAX } from '../limits.ts';
import type { Change } from './change.ts';
import { nextRollout, nextSnapshot, replaceTimestamp } from './next-files.ts';
import { type Published, readPublished } from './published.ts';
import type { MetadataRepository } from './repository.ts';
import { newestRootVersion, readRoot, trustsSigners } from './roots.ts';

export async function advance(
  repository: MetadataRepository,
  model: ModelId,
  change: Change,
): Promise<Result<Published, Refusal>> {
  const { bucket, signers } = repository;
  const root = await readRoot(bucket, await newestRootVersion(bucket));
  if (root === null || !trustsSigners(root, signers)) return err(notTrusted);

  for (let attempt = 0; attempt < ADVANCE_ATTEMPTS_MAX; attempt++) {
    const nowMs = repository.nowMs();
    const published = await readPublished(bucket, model);
    const due = dueFor(published?.state ?? null, signers, nowMs);
    if (change.kind === 'renewal' && (published === null || !due.timestamp)) {
      return published === null ? err(nothingPublished(model)) : ok(published);
    }
    if (change.kind === 'targets' && change.version !== (published?.state.targetsVersion ?? 0) + 1)
      return err(raced);
    if (change.kind === 'rollout') {
      if (published === null) return err(nothingPublished(model));
      if (published.state.rolloutVersion !== change.follows) return err(raced);
      if (published.state.rolloutKeyId !== signers.rollout.keyId) return err(notTrusted);
    }

    const step = { repository, model, change, due, nowMs, attempt, published };
    const rollout = await nextRollout(step);
    if (rollout === 'taken') continue;
    const snapshot = await nextSnapshot(step, rollout);
    if (snapshot === 'taken') continue;
    const next = await replaceTimestamp(step, rollout, snapshot);
    if (next !== 'taken') return ok(next);
  }
  return err(raced);
}

const notTrusted: Refusal = {
  reason: 'online-keys-not-trusted',
  detail:
    'The newest root does not name the online keys of this Worker; nothing was signed. Install the matching ONLINE_KEYS, or publish a root that names them.',
};

const raced: Refusal = {
  reason: 'publication-raced',
  detail:
    'Somebody else changed this model meanwhile; this change is not visible. Read what is there and try again.',
};

export function nothingPublished(model: ModelId): Refusal {
  return { reason: 'not-found', detail: `Nothing is published for ${model} yet. Publish a release first.` };
}

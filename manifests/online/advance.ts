/**
 * The one way a model's visible state changes in a store without a Worker: rollout, snapshot, timestamp are signed and
 * stored in this order, and only the last step, the replacement of timestamp.json, shows anything (TUF 6.1).
 */

import { timestampKey } from '../../shared/bucket-keys.ts';
import { utf8 } from '../../shared/bytes.ts';
import type { ModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { trustsOnlineKeys } from '../../shared/trust/next-root.ts';
import { signTimestamp } from '../../shared/trust/sign-online.ts';
import { ADVANCE_ATTEMPTS_MAX } from '../limits.ts';
import { nextRollout, nextSnapshot, nextVersion } from './next-files.ts';
import {
  nothingPublished,
  type OnlineFailure,
  type OnlineRepository,
  raced,
  refuse,
} from './online-repository.ts';
import { type Change, dueOf, readVisible } from './visible.ts';

export async function advance(
  repository: OnlineRepository,
  model: ModelId,
  change: Change,
): Promise<Result<void, OnlineFailure>> {
  const { store, signers } = repository;
  for (let attempt = 0; attempt < ADVANCE_ATTEMPTS_MAX; attempt++) {
    const read = await readVisible(repository, model);
    if (!read.ok) return read;
    const visible = read.value;
    const { state, rollout: inForce, tag } = visible;
    const root = (state?.root ?? repository.roots.at(-1)?.root)?.signed;
    const online = { snapshot: signers.snapshot.keyId, timestamp: signers.timestamp.keyId };
    if (root === undefined || !trustsOnlineKeys(root, online)) return otherKeys;
    if (state === null && change.kind !== 'targets') return nothingPublished(model);
    if (change.kind === 'targets' && (state?.targets.signed.version ?? 0) !== change.former) return raced;
    if (change.kind === 'rollout') {
      if (inForce?.listed.hashes.sha256 !== change.replaced) return replaced;
      if (inForce.keyId !== signers.rollout.keyId) return otherRolloutKey;
    }

    const nowMs = repository.nowMs();
    const step = { repository, model, change, visible, due: dueOf(visible, repository), nowMs, attempt };
    const rollout = await nextRollout(step);
    if (!rollout.ok) return rollout;
    if (rollout.value === 'taken') continue;
    const snapshot = await nextSnapshot(step, rollout.value);
    if (!snapshot.ok) return snapshot;
    if (snapshot.value === 'taken') continue;
    const listed = snapshot.value ?? state?.timestamp.signed.meta['snapshot.json'];
    if (listed === undefined) throw new Error('a timestamp needs a snapshot');

    const version = nextVersion(state?.timestamp.signed.version, step);
    const timestamp = await signTimestamp({ model, version, signer: signers.timestamp, nowMs }, listed);
    const shown = await store.replace(timestampKey(model), utf8(timestamp), tag);
    if (!shown.ok) return shown;
    if (shown.value === 'stored') return ok();
  }
  return raced;
}

const replaced = refuse(
  'precondition-failed',
  'The rollout in force is not the one that this change was made from; nothing was changed. Run it again.',
);

const otherKeys = refuse(
  'online-keys-not-trusted',
  'The newest root does not name these online keys; nothing was signed. Give the keys that it names, or publish a root that names these.',
);

const otherRolloutKey = refuse(
  'online-keys-not-trusted',
  'The targets metadata delegates the rollout to another key than these online keys have; nothing was changed. Run "targets renew" for this model first.',
);

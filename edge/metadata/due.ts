/** What of a model's online metadata wants a new signature. */
import { EXPIRES_AFTER_MS, RENEW_AFTER_MS } from '../../shared/trust/roles.ts';
import type { OnlineSigners } from './online-signers.ts';
import type { PublishedState } from './published.ts';

export type Due = { readonly timestamp: boolean; readonly snapshot: boolean; readonly rollout: boolean };

/**
 * The timestamp is renewed daily, the others in the second half of their life (ota 6); all that another key signed,
 * at once. The rollout's key is left alone: only targets metadata can delegate to another one.
 */
export function dueFor(state: PublishedState | null, signers: OnlineSigners, nowMs: number): Due {
  if (state === null) return { timestamp: true, snapshot: true, rollout: true };
  const snapshot =
    state.snapshotKeyId !== signers.snapshot.keyId ||
    nowMs - state.snapshotSignedAtMs > EXPIRES_AFTER_MS.snapshot / 2;
  const rollout = nowMs - state.rolloutSignedAtMs > EXPIRES_AFTER_MS.rollout / 2;
  const timestamp =
    snapshot || state.timestampKeyId !== signers.timestamp.keyId || nowMs - state.signedAtMs > RENEW_AFTER_MS;
  return { timestamp, snapshot, rollout };
}

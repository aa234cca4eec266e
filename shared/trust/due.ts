/** What of a model's online metadata wants a new signature; the Worker and a publisher without one judge alike. */
import type { Signer } from './keys.ts';
import { EXPIRES_AFTER_MS, type OnlineRole, RENEW_AFTER_MS } from './roles.ts';

/** When each role was signed, and timestamp and snapshot by which key. */
export type OnlineSigned = {
  /** Of the timestamp. */
  readonly signedAtMs: number;
  readonly snapshotSignedAtMs: number;
  readonly rolloutSignedAtMs: number;
  readonly timestampKeyId: string;
  readonly snapshotKeyId: string;
};

export type Due = { readonly timestamp: boolean; readonly snapshot: boolean; readonly rollout: boolean };

/**
 * The timestamp is renewed daily, the others in the second half of their life (ota 6); all that another key signed,
 * at once. The rollout's key is left alone: only targets metadata can delegate to another one. `null`: nothing is there.
 */
export function dueFor(
  signed: OnlineSigned | null,
  signers: Readonly<Record<'timestamp' | 'snapshot', Pick<Signer, 'keyId'>>>,
  nowMs: number,
): Due {
  if (signed === null) return { timestamp: true, snapshot: true, rollout: true };
  const snapshot =
    signed.snapshotKeyId !== signers.snapshot.keyId ||
    nowMs - signed.snapshotSignedAtMs > EXPIRES_AFTER_MS.snapshot / 2;
  const rollout = nowMs - signed.rolloutSignedAtMs > EXPIRES_AFTER_MS.rollout / 2;
  const timestamp =
    snapshot ||
    signed.timestampKeyId !== signers.timestamp.keyId ||
    nowMs - signed.signedAtMs > RENEW_AFTER_MS;
  return { timestamp, snapshot, rollout };
}

/** When a file of this role was signed, by its own expiry. */
export function signedAtMs(role: OnlineRole, expires: string): number {
  return Math.max(0, Date.parse(expires) - EXPIRES_AFTER_MS[role]);
}

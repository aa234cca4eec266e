/**
 * Which instant expiries are judged by. tuf-js asks the system's clock, and a router that woke up in 1970 would
 * believe metadata that expired years ago (ota 6). A clock can only be proved late: so the latest of what is known counts.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { CLOCK_LAG_MAX_MS, EARLIEST_NOW_MS } from './limits.ts';
import type { TrustFailure } from './trust-failure.ts';

export type TimeEvidence = {
  /** The device's clock. */
  readonly nowMs: number;
  /** What the server said (RFC 9110 section 6.6.1). */
  readonly serverDateMs: number | null;
  /** Nobody on the way can have said it in the server's place. */
  readonly isServerDateProved: boolean;
  /** Timestamp metadata that was verified now: as new as any that was seen, unless its keys were replaced. */
  readonly timestampText: string;
};

/**
 * The latest of the device's clock, the age of this code, the signature of the timestamp and the server's date. A
 * device whose clock is certainly late must have the server's word: the other two stand still in a frozen repository. And
 * who serves that may say any date that suits it, so a date in the clear may make things older, and excuses no clock.
 */
export function judgeTime({
  nowMs,
  serverDateMs,
  isServerDateProved,
  timestampText,
}: TimeEvidence): Result<number, TrustFailure> {
  const signedMs = signedAtMs(timestampText) ?? 0;
  const notBeforeMs = Math.max(EARLIEST_NOW_MS, signedMs);
  const isPossible = (ms: number) => ms >= notBeforeMs - CLOCK_LAG_MAX_MS;
  const saidMs = serverDateMs ?? 0;
  if (isPossible(nowMs) || (isServerDateProved && isPossible(saidMs)))
    return ok(Math.max(nowMs, saidMs, notBeforeMs));
  const because = signedMs > EARLIEST_NOW_MS ? 'signature' : 'build';
  return err({ reason: 'clock-in-the-past', nowMs, notBeforeMs, because });
}

/**
 * When a timestamp was signed: our repository counts its versions in Unix seconds, so that they never go back.
 * A repository that counts otherwise says nothing about time: null.
 */
function signedAtMs(timestampText: string): number | null {
  const { version, expires } = JSON.parse(timestampText).signed;
  const signedMs = Number(version) * 1000;
  return signedMs >= EARLIEST_NOW_MS && signedMs < Date.parse(expires) ? signedMs : null;
}

/**
 * Whether the device's clock can be right. tuf-js compares expiries with it, so a router that woke up in 1970 would
 * believe metadata that expired years ago (ota 6).
 */
import { err, ok, type Result } from '../../shared/result.ts';
import { CLOCK_LAG_MAX_MS, EARLIEST_NOW_MS } from './limits.ts';
import type { TrustFailure } from './trust-failure.ts';

/** `timestampText`: timestamp metadata that was verified, of this poll or an earlier one. */
export function judgeClock(nowMs: number, timestampText: string | null): Result<void, TrustFailure> {
  const refuse = (notBeforeMs: number, because: 'build' | 'signature') =>
    err({ reason: 'clock-in-the-past', nowMs, notBeforeMs, because } as const);
  if (nowMs < EARLIEST_NOW_MS) return refuse(EARLIEST_NOW_MS, 'build');
  const signedMs = timestampText === null ? null : signedAtMs(timestampText);
  if (signedMs === null || nowMs >= signedMs - CLOCK_LAG_MAX_MS) return ok();
  return refuse(signedMs, 'signature');
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

/** Holds a download to so many bytes a second, whatever the number of connections. */
import type { Clock } from '../clock.ts';
import { RATE_BURST_MS } from './limits.ts';

/** Resolves once `bytes` that have come may be followed by more. */
export type RateLimit = (bytes: number, signal: AbortSignal) => Promise<void>;

export const UNLIMITED: RateLimit = async () => {};

/**
 * A bucket that leaks `bytesPerSecond`, and holds at most what leaks in RATE_BURST_MS: a line that was silent may not
 * make up for it. Whoever finds it overfull waits until it is not, and the connection is paused meanwhile.
 */
export function limitRate(bytesPerSecond: number, clock: Clock): RateLimit {
  let emptyAtMs = 0;
  return async (bytes, signal) => {
    const nowMs = clock.elapsedMs();
    emptyAtMs = Math.max(emptyAtMs, nowMs) + (bytes / bytesPerSecond) * 1000;
    const waitMs = Math.ceil(emptyAtMs - nowMs - RATE_BURST_MS);
    if (waitMs > 0) await clock.sleep(waitMs, signal);
  };
}

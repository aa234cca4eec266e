/** A pipe that is given up after a while, however lively its modem: each wait ends, and so does their sum (P9). */
import { err } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';

/** Past the deadline every transfer has timed out. The clock is any that never goes back. */
export function withDeadline(pipe: Pipe, lastsMs: number, nowMs = () => performance.now()): Pipe {
  const untilMs = nowMs() + lastsMs;
  const leftOf = (timeoutMs: number) => Math.min(timeoutMs, Math.ceil(untilMs - nowMs()));
  return {
    transferIn: async (maxBytes, { timeoutMs, signal }) => {
      const leftMs = leftOf(timeoutMs);
      if (leftMs <= 0) return err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs });
      return pipe.transferIn(maxBytes, { timeoutMs: leftMs, signal });
    },
    transferOut: async (bytes, { timeoutMs, signal }) => {
      const leftMs = leftOf(timeoutMs);
      if (leftMs <= 0) return err({ reason: 'transfer-timed-out', direction: 'out', timeoutMs });
      return pipe.transferOut(bytes, { timeoutMs: leftMs, signal });
    },
    close: () => pipe.close(),
  };
}

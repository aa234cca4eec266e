/**
 * For tests: a pipe whose other end says anything at all, at any pace, and a clock that only its transfers move. Sizes
 * and times of what it was sent are kept, so that a test can hold them against the bounds.
 */
import { err, ok } from '../../shared/result.ts';
import type { Pipe, TransferFailure } from '../transport/pipe.ts';

export type HostileModem = {
  /** What it says, a transfer each; a failure is one of the link. */
  readonly says: readonly (Uint8Array | 'timeout' | 'gone' | 'broken')[];
  /** Afterwards it is silent, goes, begins again without end, or gives one byte after another. */
  readonly afterwards: 'timeout' | 'gone' | 'again' | 'drip';
  /** Of the wait that each transfer takes; one that times out takes all of it. */
  readonly pace: 'quick' | 'half' | 'nearly';
};

const QUICK_MS = 200;

export function hostilePipe({ says, afterwards, pace }: HostileModem) {
  const met = { nowMs: 0, transfers: 0, sentBytes: 0, largestWanted: 0 };
  let next = 0;
  let rest: Uint8Array | null = null;
  const waitFor = (timeoutMs: number) => {
    met.transfers += 1;
    met.nowMs +=
      pace === 'quick' ? Math.min(QUICK_MS, timeoutMs) : timeoutMs * (pace === 'half' ? 0.5 : 0.99);
  };
  const comes = () => {
    if (rest !== null) return rest;
    if (next >= says.length && afterwards === 'again' && says.length > 0) next = 0;
    const said = says[next++];
    if (said !== undefined) return said;
    if (afterwards === 'drip') return Uint8Array.of(0x2e);
    return afterwards === 'again' ? 'timeout' : afterwards;
  };
  const failureOf = (what: string, direction: 'in' | 'out', timeoutMs: number): TransferFailure => {
    if (what === 'gone') return { reason: 'modem-disconnected' };
    if (what === 'broken') return { reason: 'link-broken', why: 'test' };
    met.nowMs += timeoutMs;
    return { reason: 'transfer-timed-out', direction, timeoutMs };
  };
  const pipe: Pipe = {
    transferIn: async (maxBytes, { timeoutMs }) => {
      waitFor(timeoutMs);
      met.largestWanted = Math.max(met.largestWanted, maxBytes);
      const heard = comes();
      if (typeof heard === 'string') return err(failureOf(heard, 'in', timeoutMs));
      rest = heard.length > maxBytes ? heard.subarray(maxBytes) : null;
      return ok(Uint8Array.from(heard.subarray(0, maxBytes)));
    },
    transferOut: async (bytes, { timeoutMs }) => {
      waitFor(timeoutMs);
      met.sentBytes += bytes.length;
      return ok();
    },
    close: async () => {},
  };
  return { pipe, met };
}

/**
 * What a download may cost, all runs of its release together. Requests that are under way beside each other may not
 * overrun it: where they might, they go one after the other, and the last is left at the piece that spends it.
 */
import { REQUEST_COST_BYTES } from './limits.ts';

export type Budget = {
  readonly budgetBytes: number;
  /** In earlier runs, and in this one. */
  readonly spentBytes: () => number;
  readonly spentHereBytes: () => number;
  readonly isSpent: () => boolean;
  /** Before a request that may bring `mostBytes`. Waits while it may be too much beside others; null once all is spent. */
  readonly begin: (mostBytes: number, signal: AbortSignal) => Promise<RequestCost | null>;
};

/** Of one request. */
export type RequestCost = {
  /** Bytes of its body. */
  readonly came: (bytes: number) => void;
  /** It brought less than asking for it cost. */
  readonly wasForNothing: () => void;
  /** To be called however it ends: others may wait for it. */
  readonly end: () => void;
};

export function startBudget(budgetBytes: number, spentBefore: number): Budget {
  let hereBytes = 0;
  /** What may still come of each request that is under way. */
  const underWay = new Set<{ leftBytes: number }>();
  let waiting: (() => void)[] = [];
  const isSpent = () => spentBefore + hereBytes >= budgetBytes;
  const mayBegin = (mostBytes: number) => {
    const others = [...underWay].reduce((all, { leftBytes }) => all + leftBytes, 0);
    return underWay.size === 0 || spentBefore + hereBytes + others + mostBytes <= budgetBytes;
  };
  return {
    budgetBytes,
    spentBytes: () => spentBefore + hereBytes,
    spentHereBytes: () => hereBytes,
    isSpent,
    begin: async (mostBytes, signal) => {
      while (!mayBegin(mostBytes) && !signal.aborted)
        await new Promise<void>((resolve) => waiting.push(resolve));
      if (isSpent()) return null;
      const request = { leftBytes: mostBytes };
      let cameBytes = 0;
      underWay.add(request);
      return {
        came: (bytes) => {
          cameBytes += bytes;
          hereBytes += bytes;
          request.leftBytes = Math.max(0, request.leftBytes - bytes);
        },
        wasForNothing: () => {
          hereBytes += Math.max(0, REQUEST_COST_BYTES - cameBytes);
        },
        end: () => {
          underWay.delete(request);
          const woken = waiting;
          waiting = [];
          for (const wake of woken) wake();
        },
      };
    },
  };
}

/** Time as the updater sees it: wall clock, and waits that an abort ends at once. */
export type Clock = {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Milliseconds since some moment, for durations: no setting of the clock moves it. */
  readonly elapsedMs: () => number;
  /** Resolves after `delayMs`, or at once when the signal aborts. Never rejects. */
  readonly sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>;
};

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

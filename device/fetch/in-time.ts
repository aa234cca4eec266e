import { setTimeout } from 'node:timers/promises';

/**
 * Null where the work is not done in `maxMs`, or the signal aborts first: a read of a mount whose server is gone never
 * ends, cannot be asked to stop, and holds its thread.
 */
export async function inTime<T>(work: Promise<T>, maxMs: number, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return null;
  const over = new AbortController();
  const stop = () => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, setTimeout(maxMs, null, { signal: over.signal }).catch(() => null)]);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

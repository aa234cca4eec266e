/** How long to wait before the next attempt. */
import { BACKOFF_AFTER_BYTES_MS, BACKOFF_BASE_MS, BACKOFF_CAP_MS } from './limits.ts';

/** Full jitter; `fruitless` is how many attempts in a row brought nothing, `random` gives 0 up to 1. */
export function backoffMs(fruitless: number, random: () => number): number {
  const longestMs =
    fruitless === 0 ? BACKOFF_AFTER_BYTES_MS : Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** fruitless);
  return Math.floor(random() * longestMs);
}

/** `Retry-After` in milliseconds from now (RFC 9110 section 10.2.3): seconds or a date; null for anything else. */
export function retryAfterMs(field: string | undefined, nowMs: number): number | null {
  if (field === undefined) return null;
  if (/^\d{1,9}$/.test(field)) return Number(field) * 1000;
  const date = /^[A-Z][a-z]{2}, /.test(field) ? Date.parse(field) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

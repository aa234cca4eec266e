/**
 * A rate limit for what is cheap and asked often: one request in so many is counted, and who exceeds the limit is
 * refused by this isolate for a while. Counting every chunk would cost a third of what serving it costs; the limit is
 * generous enough that the error of the sample does not matter.
 */
import type { MiddlewareHandler } from 'hono';
import { BLOCKED_CLIENTS_MAX, RATE_PERIOD_SECONDS, RATE_READS_SAMPLE } from '../limits.ts';
import { clientKeyOf, tooManyRequests } from './rate-limit.ts';

export type Sampling = {
  readonly nowMs: () => number;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
};

export function sampledRateLimit(limiter: RateLimit, { nowMs, random }: Sampling): MiddlewareHandler {
  const blockedUntilMs = new Map<string, number>();
  return async function limitSampledRate(context, next) {
    const key = clientKeyOf(context.req.raw);
    if ((blockedUntilMs.get(key) ?? 0) > nowMs()) return tooManyRequests('reads');
    if (random() < 1 / RATE_READS_SAMPLE && !(await limiter.limit({ key })).success) {
      if (blockedUntilMs.size >= BLOCKED_CLIENTS_MAX) blockedUntilMs.clear();
      blockedUntilMs.set(key, nowMs() + RATE_PERIOD_SECONDS * 1000);
      return tooManyRequests('reads');
    }
    await next();
  };
}

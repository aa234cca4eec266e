/** Rate limits by client address. Counts are a location's own and approximate: a brake, not an account. */
import type { MiddlewareHandler } from 'hono';
import { problemResponse } from './problem.ts';

/** The period of every limit in wrangler.toml. */
export const RATE_PERIOD_SECONDS = 60;

export function rateLimited(limiter: RateLimit): MiddlewareHandler {
  return async function limitRate(context, next) {
    const refused = await refuseIfTooMany(limiter, context.req.raw);
    if (refused !== null) return refused;
    await next();
  };
}

/** Counts one request of this client; the 429 where it was one too many. */
export async function refuseIfTooMany(limiter: RateLimit, request: Request): Promise<Response | null> {
  const { success } = await limiter.limit({ key: clientKeyOf(request) });
  return success ? null : tooManyRequests();
}

export function tooManyRequests(): Response {
  return problemResponse({
    reason: 'rate-limited',
    detail: `Too many requests from this address; go on in ${RATE_PERIOD_SECONDS} s.`,
    headers: { 'retry-after': String(RATE_PERIOD_SECONDS) },
  });
}

export function clientKeyOf(request: Request): string {
  return clientKey(request.headers.get('cf-connecting-ip'));
}

/** An IPv4 address, or the /64 of an IPv6 one: a subscriber holds all of it. */
export function clientKey(address: string | null): string {
  if (address === null) return 'unknown';
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':');
}

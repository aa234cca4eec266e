/**
 * Rate limits by client address, or by the name of who is known. Counts are a location's own and approximate: a brake,
 * not an account. So clients are told the policy, and what is left only when nothing is (RateLimit header fields,
 * draft-ietf-httpapi-ratelimit-headers).
 */
import type { MiddlewareHandler } from 'hono';
import { RATE_PERIOD_SECONDS, RATE_QUOTAS } from '../limits.ts';
import { problemResponse } from './problem.ts';

export type RatePolicy = keyof typeof RATE_QUOTAS;

export function rateLimited(limiter: RateLimit, policy: RatePolicy): MiddlewareHandler {
  return async function limitRate(context, next) {
    const refused = await refuseOver(limiter, policy, clientKeyOf(context.req.raw));
    if (refused !== null) return refused;
    await next();
    context.res.headers.set('ratelimit-policy', policyField(policy));
  };
}

/** Counts one token that was refused to this client; the 429 where it was one too many. */
export function refuseIfTooMany(refusals: RateLimit, request: Request): Promise<Response | null> {
  return refuseOver(refusals, 'refusals', clientKeyOf(request));
}

/** Counts one request under this key; the 429 where it was one too many. */
export async function refuseOver(
  limiter: RateLimit,
  policy: RatePolicy,
  key: string,
): Promise<Response | null> {
  const { success } = await limiter.limit({ key });
  if (success) return null;
  return tooManyRequests({ 'ratelimit-policy': policyField(policy), ratelimit: spentField(policy) });
}

function policyField(policy: RatePolicy): string {
  return `"${policy}";q=${RATE_QUOTAS[policy]};w=${RATE_PERIOD_SECONDS}`;
}

function spentField(policy: RatePolicy): string {
  return `"${policy}";r=0;t=${RATE_PERIOD_SECONDS}`;
}

export function tooManyRequests(headers: Readonly<Record<string, string>> = {}): Response {
  return problemResponse({
    reason: 'rate-limited',
    detail: `Too many requests from this address or with this token; go on in ${RATE_PERIOD_SECONDS} s.`,
    headers: { ...headers, 'retry-after': String(RATE_PERIOD_SECONDS) },
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

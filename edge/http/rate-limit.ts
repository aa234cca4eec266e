/**
 * Rate limits by client address, or by the name of who is known. Counts are a location's own and approximate: a brake,
 * not an account. So clients are told the policy, and what is left only when nothing is (RateLimit header fields,
 * draft-ietf-httpapi-ratelimit-headers).
 */
import type { MiddlewareHandler } from 'hono';
import { RATE_PERIOD_SECONDS, RATE_QUOTAS } from '../limits.ts';
import { problemResponse } from './problem.ts';

export type RatePolicy = keyof typeof RATE_QUOTAS;

/** Who is counted, by which limit. */
export type Counted = { readonly limiter: RateLimit; readonly policy: RatePolicy; readonly key: string };

export function rateLimited(limiter: RateLimit, policy: RatePolicy): MiddlewareHandler {
  return async function limitRate(context, next) {
    const refused = await refuseOver({ limiter, policy, key: clientKeyOf(context.req.raw) });
    if (refused !== null) return refused;
    await next();
    tellPolicy(context.res, policy);
  };
}

/** Counts one request; then the answer, which tells the policy, or the 429 where it was one too many. */
export async function answerCounted<Answer extends Response | null>(
  counted: Counted,
  answer: () => Answer | Promise<Answer>,
): Promise<Answer | Response> {
  const refused = await refuseOver(counted);
  if (refused !== null) return refused;
  const answered = await answer();
  if (answered !== null) tellPolicy(answered, counted.policy);
  return answered;
}

async function refuseOver({ limiter, policy, key }: Counted): Promise<Response | null> {
  const { success } = await limiter.limit({ key });
  return success ? null : tooManyRequests(policy);
}

/** Appended, since an answer may be counted by two limits. */
function tellPolicy({ headers }: Response, policy: RatePolicy): void {
  headers.append('ratelimit-policy', policyField(policy));
}

/** Counts one token that was refused to this client; `answer`, or the 429 where it was one too many. */
export function answerRefused(
  limiter: RateLimit,
  request: Request,
  answer: () => Response,
): Promise<Response> {
  return answerCounted({ limiter, policy: 'refusals', key: clientKeyOf(request) }, answer);
}

function policyField(policy: RatePolicy): string {
  return `"${policy}";q=${RATE_QUOTAS[policy]};w=${RATE_PERIOD_SECONDS}`;
}

export function tooManyRequests(policy: RatePolicy): Response {
  return problemResponse({
    reason: 'rate-limited',
    detail: `Too many requests from this address or with this token; go on in ${RATE_PERIOD_SECONDS} s.`,
    headers: {
      'ratelimit-policy': policyField(policy),
      ratelimit: `"${policy}";r=0;t=${RATE_PERIOD_SECONDS}`,
      'retry-after': String(RATE_PERIOD_SECONDS),
    },
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

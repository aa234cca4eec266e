/** The guard before every operator route. */
import type { MiddlewareHandler } from 'hono';
import type { Rates } from '../bindings.ts';
import { problemResponse } from '../http/problem.ts';
import { refuseIfTooMany } from '../http/rate-limit.ts';
import { isOperator } from './authorize.ts';

/** Only failures are counted: publishing sends hundreds of chunks, guessing sends wrong tokens. */
export function requireOperator(
  tokenSha256: Uint8Array<ArrayBuffer>,
  rates: Pick<Rates, 'refusals'>,
): MiddlewareHandler {
  return async function authorizeOperator(context, next) {
    if (!(await isOperator(context.req.header('authorization') ?? null, tokenSha256))) {
      const tooMany = await refuseIfTooMany(rates.refusals, context.req.raw);
      return tooMany ?? unauthorized();
    }
    await next();
    context.header('cache-control', 'no-store');
  };
}

function unauthorized(): Response {
  return problemResponse({
    reason: 'unauthorized',
    detail: 'Send `Authorization: Bearer <operator token>`.',
    headers: { 'www-authenticate': 'Bearer realm="cistern operator"' },
  });
}

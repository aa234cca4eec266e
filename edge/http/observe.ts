/**
 * What a request leaves behind: a name that is the same in answer, log and audit; how long it took; and a line in the
 * log, where somebody may ask later who did it or why it failed. Polls and chunks that go well leave none: they are
 * millions, and the platform counts them.
 */
import type { MiddlewareHandler } from 'hono';

declare module 'hono' {
  interface ContextVariableMap {
    requestId: string;
    /** Of an operator's request, once it is known who sends it. */
    actor?: string;
  }
}

/** What is echoed and logged may not carry anything but a name. */
const ACCEPTABLE = /^[A-Za-z0-9_.:=-]{1,64}$/;

export function observeRequests({ nowMs }: { readonly nowMs: () => number }): MiddlewareHandler {
  return async function observeRequest(context, next) {
    const startedMs = nowMs();
    const given = context.req.header('x-request-id') ?? '';
    const requestId = ACCEPTABLE.test(given) ? given : crypto.randomUUID();
    context.set('requestId', requestId);
    await next();
    const durationMs = nowMs() - startedMs;
    const { headers, status } = context.res;
    headers.set('x-request-id', requestId);
    headers.set('server-timing', `total;dur=${durationMs}`);
    const actor = context.get('actor');
    if (actor === undefined && status < 500) return;
    const { method, path } = context.req;
    console.info(JSON.stringify({ event: 'request', requestId, method, path, status, durationMs, actor }));
  };
}

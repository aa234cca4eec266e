/** One name for a request in answer, log and audit: the one it came with, or a new one. */
import type { MiddlewareHandler } from 'hono';

declare module 'hono' {
  interface ContextVariableMap {
    requestId: string;
  }
}

/** What is echoed and logged may not carry anything but a name. */
const ACCEPTABLE = /^[A-Za-z0-9_.:=-]{1,64}$/;

export const nameRequest: MiddlewareHandler = async (context, next) => {
  const given = context.req.header('x-request-id') ?? '';
  const requestId = ACCEPTABLE.test(given) ? given : crypto.randomUUID();
  context.set('requestId', requestId);
  await next();
  context.res.headers.set('x-request-id', requestId);
};

/** One resource of the route table: its path, what guards it, and a handler a method. All else is 405 with Allow. */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { problemResponse } from './problem.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** Gets the request and its path parameters by name; `null` means: nothing is here. */
export type Handler = (
  request: Request,
  param: PathParameters,
  context: Context,
) => Response | null | Promise<Response | null>;
export type PathParameters = (name: string) => string;

export function resource(
  app: Hono,
  path: string,
  guards: readonly MiddlewareHandler[],
  handlers: Partial<Record<Method, Handler>>,
): void {
  const methods = Object.keys(handlers) as Method[];
  for (const guard of guards) app.use(path, guard);
  app.all(path, async function handle(context) {
    // A HEAD comes through as such; the router strips the body (RFC 9110 section 9.3.2).
    const method = context.req.method === 'HEAD' ? 'GET' : context.req.method;
    const handler = Object.hasOwn(handlers, method) ? handlers[method as Method] : undefined;
    if (handler === undefined) return methodNotAllowed(context, methods);
    return (await handler(context.req.raw, (name) => parameter(context, name), context)) ?? notFound();
  });
}

function parameter(context: Context, name: string): string {
  const value = context.req.param(name);
  if (value === undefined)
    throw new Error(`the route table has no parameter ${name} in ${context.req.routePath}`);
  return value;
}

function methodNotAllowed(context: Context, methods: readonly Method[]): Response {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  const detail = `${context.req.path} takes ${allow}.`;
  return problemResponse({ reason: 'method-not-allowed', detail, headers: { allow } });
}

export function notFound(): Response {
  return problemResponse({
    reason: 'not-found',
    detail: 'No such path, model, file or chunk. What was published is listed by /v1/models.',
  });
}

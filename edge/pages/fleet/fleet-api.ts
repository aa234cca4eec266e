/** The operator behind a request to the fleet's pages, and the API asked in their name. */
import type { Context, Hono } from 'hono';
import { type Authority, identifyCaller } from '../../operator/authorize.ts';
import type { Caller } from '../../operator/caller.ts';
import { credentialsOf } from './operator-session.ts';

/** `null` for a stranger. */
export function operatorOf(request: Request, authority: Authority): Promise<Caller | null> {
  const headers = credentialsOf(request);
  return identifyCaller(new Request(request.url, { headers }), authority);
}

/**
 * A PUT to the API as the operator would send it: judged, carried out and audited there, under the id of the request
 * that the page came with.
 */
export async function putToApi(
  app: Hono,
  context: Context,
  path: string,
  document: { readonly value: object; readonly ifMatch: string },
): Promise<Response> {
  const request = context.req.raw;
  const { origin } = new URL(request.url);
  const headers = {
    ...credentialsOf(request),
    origin,
    'content-type': 'application/json',
    'if-match': document.ifMatch,
    'x-request-id': context.get('requestId'),
  };
  const body = JSON.stringify(document.value);
  return app.request(
    new Request(`${origin}${path}`, { method: 'PUT', headers, body }),
    undefined,
    context.env,
  );
}

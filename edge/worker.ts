/** Entry of the Worker: composes the app once an isolate, and says so where it cannot. */
import type { Hono } from 'hono';
import { createApp } from './app.ts';
import { type AccessSettings, checkBindings } from './bindings.ts';
import { problemResponse } from './http/problem.ts';
import { ACCESS_KEYS_TIMEOUT_MS } from './limits.ts';
import { onlineSignersOf } from './metadata/online-signers.ts';
import type { Access } from './operator/access.ts';

/** One app an isolate: bindings outlive requests, and imported keys are worth keeping. */
let app: Promise<Hono> | undefined;

async function compose(env: object): Promise<Hono> {
  const bindings = checkBindings(env);
  const signers = await onlineSignersOf(bindings.onlineKeys);
  const access = bindings.access === null ? null : accessOf(bindings.access);
  return createApp({ ...bindings, access, signers, nowMs: () => Date.now(), random: Math.random });
}

function accessOf(settings: AccessSettings): Access {
  const fetchKeys = (url: string) => fetch(url, { signal: AbortSignal.timeout(ACCESS_KEYS_TIMEOUT_MS) });
  return { ...settings, fetchKeys, memo: { keys: [], readAtMs: 0 } };
}

export default {
  async fetch(request: Request, env: object, context: ExecutionContext): Promise<Response> {
    app ??= compose(env);
    try {
      const { fetch } = await app;
      return await fetch(request, env, context);
    } catch (error) {
      app = undefined;
      console.error(JSON.stringify({ event: 'misconfigured', message: String(error) }));
      return problemResponse({
        reason: 'misconfigured',
        detail: 'The log of the Worker names what is missing.',
      });
    }
  },
};

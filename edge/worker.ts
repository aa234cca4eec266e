/** Entry of the Worker: composes its parts once an isolate, and says so where it cannot. */
import type { Hono } from 'hono';
import { createApp, type EdgeDeps } from './app.ts';
import { type Background, backgroundOf } from './background.ts';
import { type AccessSettings, type Bindings, checkBindings } from './bindings.ts';
import { problemResponse } from './http/problem.ts';
import { ACCESS_KEYS_TIMEOUT_MS } from './limits.ts';
import { onlineSignersOf } from './metadata/online-signers.ts';
import type { Access } from './operator/access.ts';
import type { ObjectStore } from './store/object-store.ts';
import { keepDeadLetters } from './telemetry/dead-letters.ts';

type Composed = { readonly app: Hono; readonly deps: EdgeDeps; readonly background: Background };

/** One an isolate: bindings outlive requests, and imported keys are worth keeping. */
let composed: Promise<Composed> | undefined;

async function compose(env: object): Promise<Composed> {
  const bindings = checkBindings(env);
  const signers = await onlineSignersOf(bindings.onlineKeys);
  const access = bindings.access === null ? null : accessOf(bindings.access);
  const nowMs = () => Date.now();
  const firmware = await storeOf(bindings.firmware, nowMs);
  const deps = { ...bindings, firmware, access, signers, nowMs, random: Math.random };
  return { app: createApp(deps), deps, background: backgroundOf(deps) };
}

/** The client of S3 is a module of its own, and is not run where R2 holds the firmware. */
async function storeOf(source: Bindings['firmware'], nowMs: () => number): Promise<ObjectStore> {
  if (!('endpoint' in source)) return source;
  const { openS3Store } = await import('./store/s3-store.ts');
  return openS3Store(source, { fetch: (url, init) => fetch(url, init), nowMs });
}

function accessOf(settings: AccessSettings): Access {
  const fetchKeys = (url: string) => fetch(url, { signal: AbortSignal.timeout(ACCESS_KEYS_TIMEOUT_MS) });
  return { ...settings, fetchKeys, memo: { keys: [], readAtMs: 0 } };
}

/** What was composed; a failure is forgotten, so that the next event tries again. */
async function composedOf(env: object): Promise<Composed> {
  composed ??= compose(env);
  try {
    return await composed;
  } catch (error) {
    composed = undefined;
    console.error(JSON.stringify({ event: 'misconfigured', message: String(error) }));
    throw error;
  }
}

export default {
  async fetch(request: Request, env: object, context: ExecutionContext): Promise<Response> {
    const parts = await composedOf(env).catch(() => null);
    if (parts !== null) return parts.app.fetch(request, env, context);
    return problemResponse({
      reason: 'misconfigured',
      detail: 'The log of the Worker names what is missing.',
    });
  },

  /** Both queues: the one that reports come by, and the one for what could not be written. */
  async queue(batch: MessageBatch<unknown>, env: object): Promise<void> {
    const { deps, background } = await composedOf(env);
    if (batch.queue.endsWith('-dead')) await keepDeadLetters(batch, deps.archive);
    else await background.takeReports(batch);
  },

  async scheduled(_: ScheduledController, env: object): Promise<void> {
    const { background } = await composedOf(env);
    await background.runSchedule();
  },
};

/** A Worker under test: the real app on real local R2 and D1, with a clock that the test sets. */
import type { QueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createApp } from '../../edge/app.ts';
import { backgroundOf } from '../../edge/background.ts';
import { checkBindings } from '../../edge/bindings.ts';
import { type OnlineKeys, onlineSignersOf } from '../../edge/metadata/online-signers.ts';
import type { Access } from '../../edge/operator/access.ts';
import { aQueue, type TestQueue } from './a-queue.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';

export type Edge = {
  readonly bucket: R2Bucket;
  readonly db: D1Database;
  readonly archive: R2Bucket;
  /** Reports that were taken and not written yet. */
  readonly queue: TestQueue;
  /** Lets the consumer take what waits in the queue. */
  readonly drain: () => Promise<QueueResult>;
  /** The paths of the route table, as they are written there. */
  readonly routes: readonly string[];
  /** What the Worker does every few minutes. */
  readonly runSchedule: () => Promise<void>;
  /** Milliseconds since 1970; tests move it. */
  readonly clock: { nowMs: number };
  readonly request: (path: string, init?: RequestInit) => Promise<Response>;
  /** A PUT with the operator's token. */
  readonly put: (path: string, body: BodyInit, headers?: Record<string, string>) => Promise<Response>;
};

/** An empty repository. R2 stamps objects with the real time; everything else follows `clock`. */
export async function anEdge(): Promise<Edge> {
  await empty(env.FIRMWARE, env.DB);
  await emptyBucket(env.ARCHIVE);
  return edgeOn(env.FIRMWARE, { clock: { nowMs: START_MS } });
}

/** Another isolate on the same storage; `onlineKeys` as if the secret had been changed. */
export async function edgeOn(
  bucket: R2Bucket,
  given: {
    readonly clock: { nowMs: number };
    readonly onlineKeys?: OnlineKeys;
    readonly db?: D1Database;
    readonly access?: Access;
    readonly queue?: TestQueue;
    readonly questions?: RateLimit;
    /** In place of those of wrangler.toml. */
    readonly vars?: Readonly<Record<string, string>>;
  },
): Promise<Edge> {
  const bindings = checkBindings({ ...env, ...given.vars, FIRMWARE: bucket, DB: given.db ?? env.DB });
  const queue = given.queue ?? aQueue();
  const signers = await onlineSignersOf(given.onlineKeys ?? bindings.onlineKeys);
  const deps = {
    ...bindings,
    firmware: bucket,
    reports: queue.queue,
    rates: { ...bindings.rates, questions: given.questions ?? bindings.rates.questions },
    access: given.access ?? null,
    signers,
    nowMs: () => given.clock.nowMs,
    random: Math.random,
  };
  const app = createApp(deps);
  const background = backgroundOf(deps);
  const request = async (path: string, init?: RequestInit) => app.request(path, init, env);
  const authorization = `Bearer ${operatorToken}`;
  return {
    bucket,
    db: env.DB,
    archive: env.ARCHIVE,
    queue,
    drain: () => queue.deliver(background.takeReports),
    runSchedule: background.runSchedule,
    routes: app.routes.map(({ path }) => path),
    clock: given.clock,
    request,
    put: (path, body, headers = {}) =>
      request(path, { method: 'PUT', body, headers: { authorization, ...headers } }),
  };
}

/** A D1 that answers no query. */
export const brokenDb = {
  prepare() {
    throw new Error('D1 is down');
  },
} as unknown as D1Database;

/** The same bucket, with every operation counted. */
export function counting(bucket: R2Bucket): { bucket: R2Bucket; operations: string[] } {
  const operations: string[] = [];
  const counted = new Proxy(bucket, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        operations.push(`${String(name)} ${String(typeof args[0] === 'string' ? args[0] : '')}`.trim());
        return member.apply(target, args);
      };
    },
  });
  return { bucket: counted, operations };
}

async function emptyBucket(bucket: R2Bucket): Promise<void> {
  for (;;) {
    const { objects } = await bucket.list();
    if (objects.length === 0) break;
    await bucket.delete(objects.map(({ key }) => key));
  }
}

async function empty(bucket: R2Bucket, db: D1Database): Promise<void> {
  await emptyBucket(bucket);
  const { sql } = (await db
    .prepare(`SELECT sql FROM sqlite_master WHERE name = 'audit_is_not_removed'`)
    .first<{ sql: string }>()) ?? { sql: '' };
  const statements = [
    ...['DELETE FROM models', 'DELETE FROM reports', 'DELETE FROM operator_tokens'],
    ...['DELETE FROM report_counts', 'DELETE FROM report_days'],
    ...['DROP TRIGGER audit_is_not_removed', 'DELETE FROM audit_log', sql],
  ];
  await db.batch(statements.map((statement) => db.prepare(statement)));
}

/** Status and code of a problem, for short assertions. */
export async function refusalOf(
  response: Response,
): Promise<{ status: number; code: string; detail: string }> {
  const { code, detail } = (await response.json()) as { code: string; detail: string };
  return { status: response.status, code, detail };
}

import { createScheduledController } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeAudit } from '../../edge/operator/write-audit.ts';
import { keepDeadLetters } from '../../edge/telemetry/dead-letters.ts';
import type { Queued } from '../../edge/telemetry/queued.ts';
import { takeBatch } from '../../edge/telemetry/take-batch.ts';
import worker from '../../edge/worker.ts';
import { readSignatureFields } from '../../shared/http-signature.ts';
import { type Device, signedPost } from './a-device.ts';
import { setUpTelemetry } from './a-telemetry.ts';
import { brokenDb, type Edge, edgeOn } from './an-edge.ts';
import { published, putRollout } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';
import { rolloutOf } from './visible-chain.ts';

const telemetry = setUpTelemetry();
const { aReport, deliver, reports, archived, countRows } = telemetry;
let edge: Edge;
let device: Device;
beforeEach(() => {
  ({ edge, device } = telemetry);
});

/** A D1 that answers, and takes nothing. */
function fullDb(): D1Database {
  const batch = () => Promise.reject(new Error('D1_ERROR: database or disk is full: SQLITE_FULL'));
  return new Proxy(env.DB, {
    get(target, name) {
      const member = name === 'batch' ? batch : Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

describe('what the queue delivers', () => {
  it('is archived as it was signed, in a bucket of its own', async () => {
    const report = aReport();
    await deliver(report);
    const [received, ...others] = await archived();
    expect(others).toEqual([]);
    expect(JSON.parse(received?.body ?? '')).toEqual(report);
    const said = readSignatureFields(received?.signatureInput ?? '', received?.signature ?? '');
    expect(said?.keyId).toBe(device.deviceId);
    expect((await edge.bucket.list()).objects).toEqual([]);
  });

  it('is written once however often the same batch comes', async () => {
    for (let i = 0; i < 3; i++) await edge.request('/v1/telemetry', await signedPost(device, aReport()));
    const batch = [...edge.queue.waiting];
    await edge.drain();
    edge.queue.waiting.push(...batch);
    await edge.drain();
    expect(await countRows()).toBe(3);
    expect(await archived()).toHaveLength(3);
  });

  it.each<[string, D1Database]>([
    ['is down', brokenDb],
    ['takes no more, for example because it is full', fullDb()],
  ])('waits while D1 %s, is archived once however it is grouped anew, and none is lost', async (_, db) => {
    const all = [aReport(), aReport(), aReport()];
    const failing = await edgeOn(edge.bucket, { clock: edge.clock, db, queue: edge.queue });
    for (const report of all) {
      const taken = await failing.request('/v1/telemetry', await signedPost(device, report));
      expect(taken.status).toBe(202);
    }
    const [first, second, third] = edge.queue.waiting.splice(0) as [Queued, Queued, Queued];
    for (const group of [
      [first, second],
      [second, third],
      [first, second, third],
    ]) {
      edge.queue.waiting.splice(0, 3, ...group);
      expect((await failing.drain()).retryBatch.retry).toBe(true);
    }
    expect([await countRows(), edge.queue.waiting.length]).toEqual([0, 3]);
    expect((await edge.archive.list()).objects).toEqual([]);
    await edge.drain();
    const ids = all.map(({ id }) => id).sort();
    expect((await reports()).map(({ report }) => report.id).sort()).toEqual(ids);
    expect((await archived()).map(({ body }) => JSON.parse(body).id).sort()).toEqual(ids);
  });

  it('waits while the archive fails, though it is written and judged by', async () => {
    await edge.request('/v1/telemetry', await signedPost(device, aReport()));
    const broken = { put: () => Promise.reject(new Error('R2 is down')) } as unknown as R2Bucket;
    const taken: number[] = [];
    const take = async (batch: MessageBatch<unknown>) => {
      taken.push((await takeBatch(batch, { db: edge.db, archive: broken })).length);
    };
    for (let i = 0; i < 2; i++) await edge.queue.deliver(take);
    expect([edge.queue.waiting.length, await countRows(), taken]).toEqual([1, 1, [1, 0]]);
    await edge.drain();
    expect([edge.queue.waiting.length, (await archived()).length]).toEqual([0, 1]);
  });

  it('brings audit entries that D1 did not take', async () => {
    await published(edge);
    const failing = await edgeOn(edge.bucket, { clock: edge.clock, db: brokenDb, queue: edge.queue });
    const halted = rolloutOf({ state: 'halted', why: 'no SIM' });
    expect((await putRollout(failing, halted)).status).toBe(201);
    await edge.drain();
    const headers = { authorization: `Bearer ${operatorToken}` };
    const log = await edge.request('/v1/operator/audit?limit=1', { headers });
    expect(await log.json()).toMatchObject({
      entries: [{ action: 'rollout.halted', detail: 'no SIM', actor: 'root token' }],
    });
  });

  it('brings them however many there are', async () => {
    const entries = Array.from({ length: 120 }, (_, i) => ({
      id: crypto.randomUUID(),
      at: new Date(START_MS).toISOString(),
      actor: 'root token',
      action: 'rollout.changed',
      target: `release ${i}`,
      outcome: 'done' as const,
      status: 201,
      detail: '',
      requestId: '',
    }));
    await writeAudit({ db: brokenDb, reports: edge.queue.queue }, entries);
    await edge.drain();
    const count = await edge.db.prepare('SELECT count(*) AS count FROM audit_log').first<number>('count');
    expect(count).toBe(120);
  });

  const queuedBody = (body: string) => ({
    kind: 'report' as const,
    receivedAt: new Date(START_MS).toISOString(),
    body,
    signatureInput: '',
    signature: '',
  });
  it.each<[string, unknown]>([
    ['is of no known kind', { kind: 'surprise' }],
    ['holds a report of another version', queuedBody('{"format":"cistern-report/2"}')],
    ['holds no JSON', queuedBody('{')],
  ])('that %s is set aside, and stops nothing', async (_, message) => {
    edge.queue.waiting.push(message as Queued);
    await deliver(aReport());
    expect([await countRows(), (await archived()).length]).toEqual([1, 1]);
    expect(edge.queue.waiting).toEqual([message]);
    await edge.queue.deliver((batch) => keepDeadLetters(batch, edge.archive));
    const { objects } = await edge.archive.list({ prefix: 'unreadable/' });
    expect([objects.length, edge.queue.waiting.length]).toEqual([1, 0]);
  });

  it('in vain for half a day is kept in the archive, and comes back when D1 does', async () => {
    const report = aReport();
    await edge.request('/v1/telemetry', await signedPost(device, report));
    edge.queue.waiting.push({ kind: 'surprise' } as unknown as Queued);
    await edge.queue.deliver((batch) => keepDeadLetters(batch, edge.archive));
    expect(edge.queue.waiting).toEqual([]);
    const failing = await edgeOn(edge.bucket, { clock: edge.clock, db: brokenDb, queue: edge.queue });
    await failing.runSchedule();
    expect(edge.queue.waiting).toEqual([]);
    await edge.runSchedule();
    await edge.drain();
    expect((await reports()).map((row) => row.report)).toEqual([report]);
    const { objects } = await edge.archive.list();
    expect(objects.map(({ key }) => key.split('/')[0]).sort()).toEqual(['reports', 'unreadable']);
  });

  it('leaves the archive after as long as the table', async () => {
    await deliver(aReport());
    edge.clock.nowMs += 400 * 24 * 60 * 60_000;
    await edge.runSchedule();
    expect(await archived()).toHaveLength(1);
    edge.clock.nowMs += 3 * 24 * 60 * 60_000;
    await edge.runSchedule();
    expect(await archived()).toHaveLength(0);
  });

  it('that nobody can read leaves it as late', async () => {
    const timestamp = new Date(START_MS);
    const message = { id: 'a1', timestamp, body: { kind: 'unheard of' }, attempts: 20, ack() {}, retry() {} };
    const batch = { queue: 'cistern-reports-dead', messages: [message], ackAll() {}, retryAll() {} };
    await keepDeadLetters(batch as unknown as MessageBatch<unknown>, edge.archive);
    const keys = async () => (await edge.archive.list()).objects.map(({ key }) => key);
    edge.clock.nowMs += 400 * 24 * 60 * 60_000;
    await edge.runSchedule();
    expect(await keys()).toEqual(['unreadable/2026-11-23/a1.json']);
    edge.clock.nowMs += 3 * 24 * 60 * 60_000;
    await edge.runSchedule();
    expect(await keys()).toEqual([]);
  });
});

it('the deployed Worker takes its own reports from the platform’s queue', async () => {
  const deployed = (exports as unknown as { default: Fetcher }).default;
  const report = aReport();
  const post = await signedPost(device, report, { createdAt: Math.floor(Date.now() / 1000) });
  const taken = await deployed.fetch('https://edge.test/v1/telemetry', post);
  expect(taken.status).toBe(202);
  await expect.poll(countRows, { timeout: 10_000, interval: 50 }).toBe(1);
  expect((await reports())[0]?.report).toEqual(report);
});

it('the entry of the Worker keeps its schedule', async () => {
  await edge.archive.put('reports/2020-01-01/x.ndjson', '{}');
  await worker.scheduled(createScheduledController({ cron: '*/5 * * * *' }), env);
  expect((await edge.archive.list()).objects).toEqual([]);
});

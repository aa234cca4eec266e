import { createScheduledController } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { EXPORT_PAGE } from '../../edge/limits.ts';
import { getReports } from '../../edge/operator/get-reports.ts';
import { writeAudit } from '../../edge/operator/write-audit.ts';
import { listReports, type ReportQuery } from '../../edge/store/report-rows.ts';
import { keepDeadLetters } from '../../edge/telemetry/dead-letters.ts';
import type { Queued, ReceivedReport } from '../../edge/telemetry/queued.ts';
import { takeBatch } from '../../edge/telemetry/take-batch.ts';
import worker from '../../edge/worker.ts';
import { toBase64, utf8 } from '../../shared/bytes.ts';
import { digestField, sha256Hex } from '../../shared/digest.ts';
import { readSignatureFields } from '../../shared/http-signature.ts';
import { REPORT_MAX_BYTES, SIGNATURE_CLOCK_SKEW_SECONDS } from '../../shared/limits.ts';
import { reportListSchema } from '../../shared/operator-api.ts';
import type { Report } from '../../shared/telemetry.ts';
import { aDevice, type Device, reportOf, signedPost, type Tampering } from './a-device.ts';
import { EFA, EUGA } from './a-publisher.ts';
import { anEdge, brokenDb, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { published, putRollout } from './publish.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';
import { rolloutOf } from './visible-chain.ts';

let edge: Edge;
let device: Device;

const aReport = (change: Partial<Report> = {}) => reportOf(device, change);

/** Posts a report, and lets the queue deliver what it took. */
async function deliver(report: unknown, tampering: Tampering = {}): Promise<Response> {
  const response = await edge.request('/v1/telemetry', await signedPost(device, report, tampering));
  await edge.drain();
  return response;
}

async function reports(
  query = '',
): Promise<readonly { readonly receivedAt: string; readonly report: Report }[]> {
  const headers = { authorization: `Bearer ${operatorToken}` };
  const response = await edge.request(`/v1/operator/reports${query}`, { headers });
  expect(response.headers.get('cache-control')).toBe('no-store');
  return reportListSchema.parse(await response.json()).reports;
}

const ask = (query: string, headers: Record<string, string> = {}) =>
  edge.request(`/v1/operator/reports${query}`, {
    headers: { authorization: `Bearer ${operatorToken}`, ...headers },
  });

/** The lines of all that is archived. */
async function archived(): Promise<ReceivedReport[]> {
  const { objects } = await edge.archive.list({ prefix: 'reports/' });
  const texts = await Promise.all(
    objects.map(async ({ key }) => (await edge.archive.get(key))?.text() ?? ''),
  );
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line));
}

/** The one stored report under another id, received at another time. */
const copyRow = ({ id, receivedAt }: { readonly id: string; readonly receivedAt: string }) =>
  edge.db
    .prepare(
      `INSERT INTO reports SELECT ?1, ?2, device_id, model, from_version, to_version, outcome, content_sha256, json_set(report, '$.id', ?1)
       FROM reports WHERE received_at = ?3`,
    )
    .bind(id, receivedAt, new Date(START_MS).toISOString());
const countRows = () => edge.db.prepare('SELECT count(*) AS count FROM reports').first<number>('count');

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

beforeEach(async () => {
  edge = await anEdge();
  device = await aDevice();
});

describe('POST /v1/telemetry', () => {
  it('takes a signed report, and shows it to the operator', async () => {
    const report = aReport();
    const response = await deliver(report);
    expect(response.status).toBe(202);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ id: report.id });
    expect(await reports()).toEqual([{ receivedAt: '2026-11-23T08:00:00.000Z', report }]);
  });

  it('takes the same report again as the same report, though it was signed anew', async () => {
    const report = aReport();
    expect((await deliver(report)).status).toBe(202);
    expect((await deliver(report, { createdAt: START_MS / 1000 + 60 })).status).toBe(202);
    expect(await reports()).toHaveLength(1);
  });

  it('keeps the first of two reports under one id, and the other in the archive alone', async () => {
    const report = aReport();
    await deliver(report);
    await deliver({ ...report, outcome: 'unfinished' });
    expect((await reports()).map((row) => row.report.outcome)).toEqual(['updated']);
    expect((await archived()).map(({ body }) => JSON.parse(body).outcome).sort()).toEqual([
      'unfinished',
      'updated',
    ]);
  });

  it('takes one report however many deliveries race', async () => {
    const report = aReport();
    const post = await signedPost(device, report);
    const responses = await Promise.all([1, 2, 3, 4].map(() => edge.request('/v1/telemetry', post)));
    expect(responses.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    await Promise.all([edge.drain(), edge.drain()]);
    expect(await reports()).toHaveLength(1);
  });

  it('keeps the newest hundred of a device that reports without end, and all of others', async () => {
    const first = aReport();
    await deliver(first);
    const rows = Array.from({ length: 120 }, (_, i) =>
      copyRow({ id: crypto.randomUUID(), receivedAt: new Date(START_MS - (i + 1) * 60_000).toISOString() }),
    );
    await edge.db.batch(rows);
    const other = await aDevice();
    const { deviceId, deviceKey } = other;
    await deliver(aReport({ deviceId, deviceKey }), { by: other });
    expect(await countRows()).toBe(122);
    edge.clock.nowMs += 1000;
    const last = aReport();
    await deliver(last);
    expect(await countRows()).toBe(101);
    expect((await reports('?limit=1'))[0]?.report.id).toBe(last.id);
  });

  it('forgets what is older than 400 days as new reports come in', async () => {
    await deliver(aReport());
    edge.clock.nowMs += 401 * 24 * 60 * 60_000;
    const report = aReport();
    await deliver(report, { createdAt: edge.clock.nowMs / 1000 });
    expect((await reports()).map((row) => row.report.id)).toEqual([report.id]);
  });

  it.each<[string, () => Promise<Response>]>([
    ['made by another key', async () => deliver(aReport(), { by: await aDevice() })],
    [
      'of another key that names ours',
      async () => {
        const other = await aDevice();
        return deliver(aReport(), { by: { ...other, deviceId: device.deviceId } });
      },
    ],
    ['whose device id is not that of its key', () => deliver(aReport({ deviceId: '0'.repeat(64) }))],
    ['over another path', () => deliver(aReport(), { path: '/v1/other' })],
    [
      'over another content type',
      () => deliver(aReport(), { headers: { 'content-type': 'application/json; charset=utf-8' } }),
    ],
    ['over another body', () => deliver(aReport(), { body: JSON.stringify(aReport()) })],
    [
      'with another digest',
      async () => deliver(aReport(), { headers: { 'content-digest': await digestField(utf8('x')) } }),
    ],
    [
      'made too long ago',
      () => deliver(aReport(), { createdAt: START_MS / 1000 - SIGNATURE_CLOCK_SKEW_SECONDS - 1 }),
    ],
    [
      'made in the future',
      () => deliver(aReport(), { createdAt: START_MS / 1000 + SIGNATURE_CLOCK_SKEW_SECONDS + 1 }),
    ],
    ['that is missing', () => deliver(aReport(), { headers: { signature: '', 'signature-input': '' } })],
    [
      'of another form',
      () => deliver(aReport(), { headers: { 'signature-input': 'sig1=("@method");created=1' } }),
    ],
    [
      'with a key that is no point on the curve',
      () => {
        const raw = new Uint8Array(32).fill(2);
        return deliver(aReport({ deviceKey: toBase64(raw) }));
      },
    ],
  ])('refuses a signature %s, and does not say why', async (_, send) => {
    const response = await send();
    expect(response.headers.get('www-authenticate')).toContain('Signature');
    expect(response.headers.get('accept-signature')).toContain('"content-digest"');
    const refusal = await refusalOf(response);
    expect(refusal).toMatchObject({ status: 401, code: 'signature-invalid' });
    expect(refusal.detail).toBe(
      'The report was not taken. Sign it again with the key of this device and a right clock.',
    );
    expect(await reports()).toHaveLength(0);
  });

  it('of a stranger to the fleet is not taken, whatever its signature; two tokens are good while one is replaced', async () => {
    const FLEET_TOKEN_SHA256 = `${await sha256Hex(utf8('the-old-one'))},${await sha256Hex(utf8('the-new-one'))}`;
    const { clock, queue } = edge;
    const fleet = await edgeOn(edge.bucket, { clock, queue, vars: { FLEET_TOKEN_SHA256 } });
    const post = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      return fleet.request('/v1/telemetry', await signedPost(device, aReport(), { headers }));
    };
    for (const authorization of [undefined, 'Bearer another', 'Basic x', `Bearer ${operatorToken}`]) {
      const refused = await post(authorization);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="cistern reports"');
      expect(await refusalOf(refused)).toMatchObject({ status: 401, code: 'fleet-token-needed' });
    }
    expect((await post('Bearer the-old-one')).status).toBe(202);
    expect((await post('Bearer the-new-one')).status).toBe(202);
    expect(edge.queue.waiting).toHaveLength(2);
  });

  it('of which the queue is down is not taken: the device keeps it', async () => {
    edge.queue.isDown = true;
    const response = await deliver(aReport());
    expect(response.headers.get('retry-after')).toBe('300');
    expect(await refusalOf(response)).toMatchObject({ status: 503, code: 'reports-not-taken' });
  });

  it.each<[string, () => Promise<Response>, number, string]>([
    ['an unknown field', () => deliver({ ...aReport(), imei: '123' }), 422, 'body-invalid'],
    ['an outcome that is none', () => deliver({ ...aReport(), outcome: 'fine' }), 422, 'body-invalid'],
    ['no JSON', () => deliver(aReport(), { body: '{' }), 400, 'invalid-request'],
    [
      'another type',
      () => deliver(aReport(), { headers: { 'content-type': 'text/plain' } }),
      415,
      'unsupported-media-type',
    ],
    ['too much', () => deliver(aReport(), { body: ' '.repeat(REPORT_MAX_BYTES + 1) }), 413, 'body-too-large'],
  ])('refuses %s', async (_, send, status, code) => {
    expect(await refusalOf(await send())).toMatchObject({ status, code });
    expect(await reports()).toHaveLength(0);
  });
});

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

describe('GET /v1/operator/reports', () => {
  it('lists the newest first, of one model if asked', async () => {
    const ids: string[] = [];
    for (const model of [EUGA, EFA, EUGA]) {
      const report = aReport({ model });
      ids.push(report.id);
      await deliver(report);
      edge.clock.nowMs += 1000;
    }
    const listed = async (query: string) => (await reports(query)).map(({ report }) => report.id);
    expect(await listed('')).toEqual([ids[2], ids[1], ids[0]]);
    expect(await listed(`?model=${EUGA}`)).toEqual([ids[2], ids[0]]);
    expect(await listed('?limit=1')).toEqual([ids[2]]);
  });

  it('goes on where a page ended, also among reports of one instant', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const report = aReport();
      ids.add(report.id);
      await edge.request('/v1/telemetry', await signedPost(device, report));
      if (i === 2) edge.clock.nowMs += 1000;
    }
    await edge.drain();
    const seen: string[] = [];
    let query = '?limit=2';
    for (;;) {
      const page = reportListSchema.parse(await (await ask(query)).json());
      seen.push(...page.reports.map(({ report }) => report.id));
      if (page.next === null) break;
      query = `?limit=2&before=${encodeURIComponent(page.next)}`;
    }
    expect([seen.length, new Set(seen)]).toEqual([5, ids]);
  });

  it('exports all of a span of time as NDJSON, a report a line', async () => {
    for (let i = 0; i < 3; i++) {
      await deliver(aReport());
      edge.clock.nowMs += 60_000;
    }
    const since = new Date(START_MS + 60_000).toISOString().replace('.000Z', 'Z');
    const response = await ask(`?since=${since}&limit=1`, { accept: 'application/x-ndjson' });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).receivedAt)).toEqual([
      '2026-11-23T08:02:00.000Z',
      '2026-11-23T08:01:00.000Z',
    ]);
    const until = await ask(`?until=${since}`, { accept: 'application/x-ndjson' });
    expect((await until.text()).trimEnd().split('\n')).toHaveLength(1);
  });

  it('exports more than it reads at a time', async () => {
    await deliver(aReport());
    const rows = Array.from({ length: EXPORT_PAGE + 1 }, () =>
      copyRow({ id: crypto.randomUUID(), receivedAt: '2026-11-22T08:00:00.000Z' }),
    );
    await edge.db.batch(rows);
    const lines = (await (await ask('', { accept: 'application/x-ndjson' })).text()).trimEnd().split('\n');
    expect(lines).toHaveLength(EXPORT_PAGE + 2);
  });

  it('says in the last line of an export that it was cut, and where to go on', async () => {
    for (let i = 0; i < 3; i++) {
      await deliver(aReport());
      edge.clock.nowMs += 1000;
    }
    const lines = async (query: string, exportMax: number) => {
      const request = new Request(`https://edge.test/v1/operator/reports${query}`, {
        headers: { accept: 'application/x-ndjson' },
      });
      const text = (await (await getReports(edge.db, request, { exportMax }))?.text()) ?? '';
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    const whole = await lines('', 3);
    expect(whole.map((line) => Object.keys(line))).toEqual(Array(3).fill(['receivedAt', 'report']));
    const [first, second, last] = await lines('', 2);
    expect([first, second]).toEqual(whole.slice(0, 2));
    expect(Object.keys(last)).toEqual(['next']);
    expect(await lines(`?before=${encodeURIComponent(last.next)}`, 2)).toEqual(whole.slice(2));
  });

  it.each<[string, Partial<ReportQuery>, string]>([
    ['of a model', { model: EUGA }, 'reports_by_model (model=?'],
    ['since then', { since: '2026-11-23T08:00:00.000Z' }, 'reports_by_time (received_at>?'],
    ['until then', { until: '2026-11-23T08:00:00.000Z' }, 'reports_by_time (received_at<?'],
    [
      'from before one',
      { before: { receivedAt: '2026-11-23T08:00:00.000Z', id: 'x' } },
      'reports_by_time (received_at<?',
    ],
  ])('asks for those %s by an index', async (_, query, index) => {
    const plans: Promise<D1Result<{ detail: string }>>[] = [];
    const prepare = (sql: string) => ({
      bind: (...bound: unknown[]) => {
        plans.push(
          edge.db
            .prepare(`EXPLAIN QUERY PLAN ${sql}`)
            .bind(...bound)
            .all<{ detail: string }>(),
        );
        return edge.db.prepare(sql).bind(...bound);
      },
    });
    await listReports({ prepare } as unknown as D1Database, { model: null, limit: 10, ...query });
    const steps = (await Promise.all(plans)).flatMap(({ results }) => results.map(({ detail }) => detail));
    expect(steps[0]).toContain(`SEARCH reports USING INDEX ${index}`);
  });

  it.each([
    '?before=x',
    '?since=yesterday',
    '?limit=0',
    '?limit=201',
    '?limit=x',
    '?model=none',
    '?device=1',
  ])('refuses %s', async (query) => {
    const headers = { authorization: `Bearer ${operatorToken}` };
    const response = await edge.request(`/v1/operator/reports${query}`, { headers });
    expect(await refusalOf(response)).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});

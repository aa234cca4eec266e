import { beforeEach, describe, expect, it } from 'vitest';
import { EXPORT_PAGE } from '../../edge/limits.ts';
import { getReports } from '../../edge/operator/get-reports.ts';
import { listReports, type ReportQuery } from '../../edge/store/report-rows.ts';
import { reportListSchema } from '../../shared/operator-api.ts';
import { type Device, signedPost } from './a-device.ts';
import { EFA, EUGA } from './a-publisher.ts';
import { setUpTelemetry } from './a-telemetry.ts';
import { type Edge, refusalOf } from './an-edge.ts';
import { operatorToken } from './secrets.ts';
import { START_MS } from './start.ts';

const telemetry = setUpTelemetry();
const { aReport, deliver, reports, ask, copyRow } = telemetry;
let edge: Edge;
let device: Device;
beforeEach(() => {
  ({ edge, device } = telemetry);
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

/** Which ends of attempts a release is judged by, and what it costs to find them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { newestEnds, releasesReportedSince } from '../../edge/store/attempt-ends.ts';
import { insertReports } from '../../edge/store/report-rows.ts';
import { healthOf, NOT_ITS_FAULT } from '../../shared/rollout-health.ts';
import { OUTCOMES, type Report, UPDATE_STEPS } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import { ROWS_PER_JUDGED_DEVICE } from '../load/arithmetic.ts';
import { EUGA, R06 } from './a-publisher.ts';
import { anEdge, type Edge } from './an-edge.ts';
import { noting } from './noting-db.ts';
import { START_MS } from './start.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const deviceId = (n: number) => n.toString(16).padStart(64, '0');
const RELEASE = { model: EUGA, version: R06, since: null };

/** Rows as the consumer writes them, oldest first, a second apart. */
async function stored(changes: readonly Partial<Report>[]): Promise<void> {
  const rows = changes.map((change, n) => ({
    receivedAt: new Date(START_MS + n * 1000).toISOString(),
    report: report({ id: crypto.randomUUID(), model: EUGA, toVersion: R06, ...change }),
  }));
  for (let i = 0; i < rows.length; i += 100) await insertReports(edge.db, rows.slice(i, i + 100));
}

async function planOf({ sql, bound }: { sql: string; bound: unknown[] }): Promise<string[]> {
  const plan = edge.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...bound);
  return (await plan.all<{ detail: string }>()).results.map(({ detail }) => detail);
}

describe('the ends that a release is judged by', () => {
  it('are those that count, whatever outcome, step and reason they have', async () => {
    const reasons = [null, 'read-back-differs', ...NOT_ITS_FAULT];
    const ends = OUTCOMES.flatMap((outcome) =>
      UPDATE_STEPS.flatMap((lastStep) => reasons.map((reason) => ({ outcome, lastStep, reason }))),
    ).map((end, n) => ({ ...end, deviceId: deviceId(n) }));
    await stored(ends);
    const counting = ends.filter((end) => {
      const { succeeded, failed } = healthOf([end]);
      return succeeded + failed > 0;
    });
    expect(counting.length).toBeGreaterThan(50);
    expect(await newestEnds(edge.db, { ...RELEASE, limit: 1000 })).toEqual(counting.reverse());
  });

  it('are the newest of each device, so that one that goes on and on pushes out no other', async () => {
    const failed = { outcome: 'unconfirmed', lastStep: 'confirming', reason: 'worse-than-before' } as const;
    const failing = [1, 2, 3].map((n) => ({ ...failed, deviceId: deviceId(n) }));
    const again = Array.from({ length: 8 }, () => ({ ...failed, deviceId: deviceId(4) }));
    await stored([...failing, ...again]);
    const ends = await newestEnds(edge.db, { ...RELEASE, limit: 4 });
    expect(ends.map((end) => end.deviceId)).toEqual([4, 3, 2, 1].map(deviceId));
  });

  it('cost no more however many there are: three rows a try that is examined, and one a device', async () => {
    await stored(Array.from({ length: 90 }, (_, n) => ({ deviceId: deviceId(n) })));
    const { asked, db } = noting(edge.db);
    await newestEnds(db, { ...RELEASE, limit: 10 });
    expect(asked.map(({ rowsRead }) => rowsRead)).toEqual([10 * ROWS_PER_JUDGED_DEVICE]);
  });

  it('are found by an index that holds no other, though most reports are of routers that put it off', async () => {
    const putOff = { outcome: 'unchanged', lastStep: 'ready', reason: 'not-wanted-by-user' } as const;
    const deferrals = Array.from({ length: 300 }, (_, n) => ({ ...putOff, deviceId: deviceId(n) }));
    await stored([{ deviceId: deviceId(999) }, ...deferrals]);
    const { asked, db } = noting(edge.db);
    expect(await newestEnds(db, { ...RELEASE, limit: 1000 })).toHaveLength(1);
    const [query] = asked;
    if (query === undefined) throw new Error('nothing was asked');
    expect((await planOf(query)).filter((step) => step.includes('reports'))).toEqual([
      expect.stringMatching(/^SEARCH reports USING (COVERING )?INDEX reports_tried \(/),
      expect.stringMatching(/^SEARCH reports USING INDEX sqlite_autoindex_reports_1 \(id=\?\)/),
    ]);
    expect(query.rowsRead).toBeLessThan(20);
  });
});

describe('the releases that the schedule judges', () => {
  const OTHER = 'EC25EUGAR06A09M4G_01.001.01.001';
  const at = (n: number) => new Date(START_MS + n * 1000).toISOString();
  const max = { reports: 100, releases: 10 };

  it('are those that were reported on of late, of the newest reports', async () => {
    await stored([{}, { toVersion: OTHER }, {}, {}]);
    const since = (n: number, bounds = max) => releasesReportedSince(edge.db, at(n), bounds);
    const both = [
      { model: EUGA, version: R06 },
      { model: EUGA, version: OTHER },
    ];
    expect(await since(1)).toEqual(both);
    expect(await since(2)).toEqual(both.slice(0, 1));
    expect(await since(0, { ...max, reports: 2 })).toEqual(both.slice(0, 1));
    expect(await since(0, { ...max, releases: 1 })).toHaveLength(1);
  });

  it('are found by the time of their reports, whatever else is stored', async () => {
    await stored(Array.from({ length: 300 }, (_, n) => ({ deviceId: deviceId(n) })));
    const { asked, db } = noting(edge.db);
    await releasesReportedSince(db, at(295), max);
    const [query] = asked;
    if (query === undefined) throw new Error('nothing was asked');
    expect((await planOf(query)).filter((step) => step.includes('reports'))).toEqual([
      'SEARCH reports USING INDEX reports_by_time (received_at>?)',
    ]);
    expect(query.rowsRead).toBeLessThan(20);
  });
});

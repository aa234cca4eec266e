/** What a fleet's pages tell of its reports, and what it costs to find that out. */
import { beforeEach, describe, expect, it } from 'vitest';
import { fleetDays } from '../../edge/pages/fleet/fleet-view.ts';
import { readFleetReports } from '../../edge/pages/fleet/read-fleet-reports.ts';
import { FLEET_DAYS } from '../../edge/pages/limits.ts';
import { modemsLeftWrong } from '../../edge/store/left-wrong.ts';
import { countDays } from '../../edge/store/report-days.ts';
import { insertReports } from '../../edge/store/report-rows.ts';
import type { ModelId } from '../../shared/model.ts';
import type { Report } from '../../shared/telemetry.ts';
import { report } from '../../shared/test-documents.ts';
import { EUGA } from './a-publisher.ts';
import { anEdge, type Edge } from './an-edge.ts';
import { noting } from './noting-db.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00.000Z');
const EUXA = 'quectel/ec25euxa-m4g' as ModelId;
const stuck = { outcome: 'unfinished', lastStep: 'programming', modemState: 'edl' } as const;

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const deviceId = (n: number) => n.toString(16).padStart(64, '0');

type Change = Partial<Report> & { readonly receivedAt?: string };

/** Rows as the consumer writes them; where no time is given, each a second after the one before. */
async function stored(changes: readonly Change[]): Promise<void> {
  const rows = changes.map(({ receivedAt, ...change }, n) => ({
    receivedAt: receivedAt ?? new Date(NOW_MS - 3_600_000 + n * 1000).toISOString(),
    report: report({
      id: crypto.randomUUID(),
      deviceId: deviceId(1),
      model: EUGA,
      outcome: 'updated',
      lastStep: 'reported',
      reason: null,
      modemState: 'normal',
      ...change,
    }),
  }));
  for (let i = 0; i < rows.length; i += 100) await insertReports(edge.db, rows.slice(i, i + 100));
}

const ofAll = () => readFleetReports(edge.db, { model: null, nowMs: NOW_MS });
const ofModel = (model: string) => readFleetReports(edge.db, { model, nowMs: NOW_MS });

describe('the days of a fleet', () => {
  it('are the last thirty, also those without a report', async () => {
    await stored([
      {},
      { outcome: 'unchanged', lastStep: 'fetching' },
      { receivedAt: '2026-11-21T23:59:59.999Z' },
      { receivedAt: '2026-10-24T23:59:59.999Z' },
    ]);
    const { days } = await ofAll();
    expect(days).toHaveLength(FLEET_DAYS);
    expect(days[0]).toMatchObject({ day: '2026-10-25', updated: 0 });
    expect(days.slice(-3).map(({ day, updated, unchanged }) => [day, updated, unchanged])).toEqual([
      ['2026-11-21', 1, 0],
      ['2026-11-22', 0, 0],
      ['2026-11-23', 1, 1],
    ]);
  });

  it('count every report once, however often it is delivered, and of a model its own alone', async () => {
    const one = { receivedAt: '2026-11-22T08:00:00.000Z', report: report({ model: EUGA }) };
    await insertReports(edge.db, [one]);
    await insertReports(edge.db, [one]);
    await stored([{ model: EUXA, receivedAt: one.receivedAt }]);
    const yesterday = async (reports: ReturnType<typeof ofAll>) => (await reports).days.at(-2)?.updated;
    expect(await yesterday(ofAll())).toBe(2);
    expect(await yesterday(ofModel(EUGA))).toBe(1);
    expect(await yesterday(ofModel(EUXA))).toBe(1);
  });

  it('are forgotten with the reports of their age', async () => {
    await stored([{ receivedAt: '2025-01-01T08:00:00.000Z' }]);
    const counted = () => edge.db.prepare('SELECT day FROM report_days').all();
    expect((await counted()).results).toEqual([{ day: '2025-01-01' }, { day: '2025-01-01' }]);
    await stored([{}]);
    expect((await counted()).results).toEqual([{ day: '2026-11-23' }, { day: '2026-11-23' }]);
  });

  it('cost a row for each of their kinds, not for each report or model', async () => {
    const modelOf = (n: number) => `quectel/m${n % 30}-m4g` as ModelId;
    await stored(Array.from({ length: 300 }, (_, n) => ({ deviceId: deviceId(n), model: modelOf(n) })));
    const { asked, db } = noting(edge.db);
    const days = fleetDays(NOW_MS);
    expect(await countDays(db, { days, model: null })).toEqual([
      { day: '2026-11-23', outcome: 'updated', count: 300 },
    ]);
    expect(asked[0]?.rowsRead).toBeLessThan(FLEET_DAYS * 3);
  });
});

describe('the steps at which updates end early', () => {
  it('are told in the order of an update, each with its commonest reason', async () => {
    await stored([
      { ...stuck, reason: 'modem-lost' },
      { ...stuck, reason: 'write-refused' },
      { ...stuck, reason: 'write-refused' },
      { outcome: 'unchanged', lastStep: 'fetching' },
      {},
    ]);
    expect((await ofAll()).steps).toEqual([
      { step: 'fetching', failures: 1, mostly: null },
      { step: 'programming', failures: 3, mostly: 'write-refused' },
    ]);
  });
});

describe('a device that needs a person', () => {
  it.each<[string, Change[], number]>([
    ['a modem that was left half written', [stuck], 1],
    ['a modem that did not come back', [{ outcome: 'unchanged', modemState: 'absent' }], 1],
    ['an update that the modem did not confirm', [{ outcome: 'unconfirmed', lastStep: 'confirming' }], 1],
    ['a modem that was brought back since', [stuck, {}], 0],
    ['a modem that failed after it had worked', [{}, stuck], 1],
    ['one that failed again and again', [stuck, stuck, stuck], 1],
    ['an attempt that ended before it touched anything', [{ outcome: 'unchanged' }], 0],
    ['a failure before the days that are shown', [{ ...stuck, receivedAt: '2026-10-24T08:00:00.000Z' }], 0],
  ])('of %s is judged by the newest report', async (_, oldestFirst, count) => {
    await stored(oldestFirst);
    expect((await ofAll()).leftWrong).toMatchObject({ modems: { length: count }, isAll: true });
    expect((await ofModel(EUGA)).leftWrong.modems).toHaveLength(count);
    expect((await ofModel(EUXA)).leftWrong.modems).toEqual([]);
  });

  it('is not well again because another modem of the same device is', async () => {
    await stored([stuck, { model: EUXA }]);
    expect((await ofAll()).leftWrong.modems).toMatchObject([{ model: EUGA }]);
    expect((await ofModel(EUGA)).leftWrong.modems).toHaveLength(1);
  });

  it('is not said to be nobody where those that fail again and again are all that was looked at', async () => {
    const again = Array.from({ length: 8 }, () => ({ ...stuck, deviceId: deviceId(2) }));
    await stored([stuck, ...again, { deviceId: deviceId(2) }]);
    const asked = (examined: number) =>
      modemsLeftWrong(edge.db, { since: '2026-10-25', model: null, examined });
    expect(await asked(8)).toEqual({ modems: [], isAll: false });
    expect(await asked(10)).toMatchObject({ modems: [{ deviceId: deviceId(1) }], isAll: true });
  });

  it('is found among the newest that were left wrong, without reading those that went well', async () => {
    const well = Array.from({ length: 300 }, (_, n) => ({ deviceId: deviceId(n + 10) }));
    const wrong = [1, 2, 3].map((n) => ({ ...stuck, deviceId: deviceId(n) }));
    await stored([...wrong, ...well]);
    const query = { since: '2026-10-25', model: null, examined: 2 };
    const { asked, db } = noting(edge.db);
    const found = await modemsLeftWrong(db, query);
    expect(found.modems.map((modem) => modem.deviceId)).toEqual([3, 2].map(deviceId));
    expect(found.isAll).toBe(false);
    for (const { rowsRead } of asked) expect(rowsRead).toBeLessThan(20);
  });
});

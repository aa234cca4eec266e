import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelId } from '../../shared/model.ts';
import type { Report } from '../../shared/telemetry.ts';
import { temporaryDirectory } from '../update/test-attempt.ts';
import { SPOOL_MAX_REPORTS } from './limits.ts';
import { dropReport, spoolReport, waitingReports } from './spool.ts';

function report(n: number, changes: Partial<Report> = {}): Report {
  return {
    format: 'cistern-report/1',
    id: `3f2c8a52-6a0e-4b36-9d5e-${n.toString(16).padStart(12, '0')}`,
    deviceId: 'ab'.repeat(32),
    deviceKey: `${'A'.repeat(43)}=`,
    model: 'quectel/ec25euga-m4g' as ModelId,
    fromVersion: 'EC25EUGAR06A05M4G_01.003.01.003',
    toVersion: 'EC25EUGAR08A03M4G_01.200.01.200',
    outcome: 'updated',
    lastStep: 'confirming',
    reason: null,
    modemState: 'normal',
    startedAt: '2026-02-02T03:00:00.000Z',
    endedAt: new Date(Date.parse('2026-02-02T03:00:00.000Z') + n * 60_000).toISOString(),
    fetchedBytes: 0,
    programmedBytes: 0,
    flashAttempts: 1,
    updaterVersion: '0.1.0',
    ...changes,
  };
}

const idsIn = async (stateDir: string) => (await waitingReports(stateDir)).map(({ id }) => id);

describe('the spool', () => {
  it('keeps reports over a restart, oldest first, and is empty in the beginning', async () => {
    const stateDir = await temporaryDirectory();
    expect(await waitingReports(stateDir)).toEqual([]);
    for (const n of [3, 1, 2]) expect((await spoolReport(stateDir, report(n))).ok).toBe(true);
    expect(await waitingReports(stateDir)).toEqual([report(1), report(2), report(3)]);
  });

  it('holds a report once, however often it is told', async () => {
    const stateDir = await temporaryDirectory();
    await spoolReport(stateDir, report(1));
    await spoolReport(stateDir, report(1));
    expect(await idsIn(stateDir)).toEqual([report(1).id]);
  });

  it('lets go of what was taken, and of what is not there', async () => {
    const stateDir = await temporaryDirectory();
    await spoolReport(stateDir, report(1));
    await spoolReport(stateDir, report(2));
    await dropReport(stateDir, report(1).id);
    await dropReport(stateDir, report(9).id);
    expect(await idsIn(stateDir)).toEqual([report(2).id]);
  });

  it('is bounded: the oldest goes first', async () => {
    const stateDir = await temporaryDirectory();
    const spool = join(stateDir, 'spool');
    await mkdir(spool);
    for (let n = 0; n < SPOOL_MAX_REPORTS; n++)
      await writeFile(join(spool, `${report(n).id}.json`), JSON.stringify(report(n)));
    await spoolReport(stateDir, report(SPOOL_MAX_REPORTS));
    const ids = await idsIn(stateDir);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([
      SPOOL_MAX_REPORTS,
      report(1).id,
      report(SPOOL_MAX_REPORTS).id,
    ]);
  });

  it.each([
    ['torn', '{"format":"cist'],
    ['empty', ''],
    ['of another format', JSON.stringify({ ...report(7), format: 'cistern-report/0' })],
    ['with an unknown field', JSON.stringify({ ...report(7), imei: '490154203237518' })],
  ])(
    'passes over a file that is %s, and lets go of it with the next report: nobody would ever take it',
    async (_, text) => {
      const stateDir = await temporaryDirectory();
      await spoolReport(stateDir, report(1));
      await writeFile(join(stateDir, 'spool', `${report(7).id}.json`), text);
      expect(await idsIn(stateDir)).toEqual([report(1).id]);
      expect(await readdir(join(stateDir, 'spool'))).toHaveLength(2);
      await spoolReport(stateDir, report(2));
      expect((await readdir(join(stateDir, 'spool'))).sort()).toEqual(
        [1, 2].map((n) => `${report(n).id}.json`),
      );
    },
  );

  it('passes over a report that is being written', async () => {
    const stateDir = await temporaryDirectory();
    await spoolReport(stateDir, report(1));
    await writeFile(join(stateDir, 'spool', `${report(2).id}.json.new`), '{"for');
    expect(await idsIn(stateDir)).toEqual([report(1).id]);
  });
});

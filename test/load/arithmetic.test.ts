import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import { arithmeticTable, FLEETS, type Habits, monthOf, priceOf } from './arithmetic.ts';

const fleet: Habits = {
  deviceCount: 7000,
  modelCount: 0,
  pollsPerDay: 1,
  releasesPerYear: 0,
  chunksPerRelease: 196,
};

it('reads two objects for six polls of seven, and five for the seventh', () => {
  const days = 365.25 / 12;
  expect(monthOf(fleet)['R2 class B']).toBeCloseTo(1000 * days * (6 * 2 + 5));
});

it('reads one object for each further poll of the day', () => {
  const hourly = monthOf({ ...fleet, pollsPerDay: 24 });
  const more = hourly['R2 class B'] - monthOf(fleet)['R2 class B'];
  expect(more).toBeCloseTo((7000 * 23 * 365.25) / 12);
});

it('reads of D1, beside what each batch judges, what the schedule judges in the hours of reports', () => {
  const reporting: Habits = { ...fleet, deviceCount: 1e6, releasesPerYear: 4, modelCount: 1 };
  const more = monthOf({ ...reporting, modelCount: 11 })['D1 rows read'] - monthOf(reporting)['D1 rows read'];
  const runs = (3 * 60 + 15) / 5;
  expect(more).toBeCloseTo((365.25 / 12) * runs * 10 * 13_000);
});

it.each([
  ['R2 class B', 10e6, 0],
  ['R2 class B', 11e6, 0.36],
  ['R2 class A', 0, 0],
  ['D1 rows written', 52e6, 2],
] as const)('charges for %s what is above the included: %d', (kind, count, dollars) => {
  expect(priceOf(kind, count)).toBeCloseTo(dollars);
});

it('is what docs/capacity.md shows', async () => {
  const shown = await readFile(join(REPOSITORY_ROOT, 'docs/capacity.md'), 'utf8');
  expect(shown).toContain(arithmeticTable(FLEETS));
});

/**
 * `node test/load/arithmetic.ts`: what a month costs for so many devices, from what a request costs (held by
 * test/edge/load/load.test.ts, and `npm run load`) and Cloudflare's published prices. docs/capacity.md shows it.
 */
import { pathToFileURL } from 'node:url';
import {
  ENDS_EXAMINED_PER_DEVICE,
  HEALTH_DEVICES_MAX,
  JUDGED_RELEASES_MAX,
  JUDGED_REPORTS_MAX,
  JUDGED_SINCE_MS,
} from '../../edge/limits.ts';

/** US dollars, Workers Paid plan and R2 Standard; `included` a month (docs/capacity.md says where each stands). */
export const PRICES = {
  'Worker requests': { included: 10e6, perMillion: 0.3 },
  'Worker CPU ms': { included: 30e6, perMillion: 0.02 },
  'R2 class A': { included: 1e6, perMillion: 4.5 },
  'R2 class B': { included: 10e6, perMillion: 0.36 },
  'queue operations': { included: 1e6, perMillion: 0.4 },
  'D1 rows written': { included: 50e6, perMillion: 1 },
  'D1 rows read': { included: 25e9, perMillion: 0.001 },
} as const;
export type Charged = keyof typeof PRICES;

/** What a fleet does. */
export type Habits = {
  readonly deviceCount: number;
  readonly modelCount: number;
  /** Each asks so often; the updater's schedule asks once a day. */
  readonly pollsPerDay: number;
  /** Releases that each device installs. */
  readonly releasesPerYear: number;
  /** Requests for the chunks of one release. */
  readonly chunksPerRelease: number;
};

/** What was counted and measured of one request (docs/capacity.md). */
export const MEASURED = {
  /** Of workerd with R2, D1 and queue in it: more than Cloudflare's Worker can take. */
  workerCpuMs: 2.18,
  /** A poll that finds a new timestamp and nothing else; one that finds a new snapshot, targets and rollout. */
  pollClassB: 2,
  pollNewsClassB: 5,
  /** The poll that meets a timestamp older than a day. */
  renewalClassA: 2,
  targetsPerRelease: 3,
  reportRowsWritten: 9,
  /** In D1, with its indexes. */
  reportBytes: 1503,
} as const;

/** The consumer takes what came in so many seconds, so many at most (wrangler.toml). */
const BATCH_SECONDS = 5;
const BATCH_MAX = 100;
/** As D1 counts them for a release that is judged (held by test/edge/attempt-ends.test.ts). */
export const ROWS_PER_JUDGED_DEVICE = 3 * ENDS_EXAMINED_PER_DEVICE + 1;
const ROWS_JUDGED_MAX = HEALTH_DEVICES_MAX * ROWS_PER_JUDGED_DEVICE;
/** The schedule runs so often (wrangler.toml). */
const SCHEDULE_SECONDS = 5 * 60;
/** Reports come in the hours in which updaters run. */
const WINDOW_SECONDS = 3 * 60 * 60;
const DAYS = 365.25 / 12;
/** Snapshot and rollout are signed anew in the second half of their fourteen days: a poll in seven finds them new. */
const POLLS_WITH_NEWS = 1 / 7;
/** A message is written, read and deleted. */
const OPERATIONS_PER_MESSAGE = 3;
/** Reports are kept for 400 days (edge/limits.ts). */
const REPORTS_KEPT_DAYS = 400;

export function monthOf(habits: Habits): Readonly<Record<Charged, number>> {
  const { deviceCount, modelCount, pollsPerDay } = habits;
  const polls = deviceCount * pollsPerDay * DAYS;
  const installs = (deviceCount * habits.releasesPerYear) / 12;
  const fetches = installs * (MEASURED.targetsPerRelease + habits.chunksPerRelease);
  const requests = polls + fetches + installs;
  const news = deviceCount * DAYS * POLLS_WITH_NEWS;
  // Who asks more than once a day finds nothing new the other times, at one read each.
  const first = deviceCount * Math.min(1, pollsPerDay) * DAYS;
  const pollReads =
    (first - news) * MEASURED.pollClassB + news * MEASURED.pollNewsClassB + Math.max(0, polls - first);
  const reportsASecond = installs / DAYS / WINDOW_SECONDS;
  const batches = installs / Math.min(BATCH_MAX, Math.max(1, reportsASecond * BATCH_SECONDS));
  return {
    'Worker requests': requests,
    'Worker CPU ms': requests * MEASURED.workerCpuMs,
    'R2 class A': batches + modelCount * DAYS * MEASURED.renewalClassA,
    'R2 class B': pollReads + fetches,
    'queue operations': installs * OPERATIONS_PER_MESSAGE,
    'D1 rows written': installs * MEASURED.reportRowsWritten,
    'D1 rows read': batches * ROWS_JUDGED_MAX + DAYS * scheduledRowsADay(reportsASecond, modelCount),
  };
}

/** What the schedule reads at most: each run the reports of the last while, and each release that they name. */
function scheduledRowsADay(reportsASecond: number, modelCount: number): number {
  const lookBackSeconds = JUDGED_SINCE_MS / 1000;
  const runs = (WINDOW_SECONDS + lookBackSeconds) / SCHEDULE_SECONDS;
  const reports = Math.min(JUDGED_REPORTS_MAX, reportsASecond * lookBackSeconds);
  return runs * (reports + Math.min(JUDGED_RELEASES_MAX, modelCount, reports) * ROWS_JUDGED_MAX);
}

/** US dollars a month above what is included. */
export function priceOf(charged: Charged, count: number): number {
  const { included, perMillion } = PRICES[charged];
  return (Math.max(0, count - included) / 1e6) * perMillion;
}

export function databaseBytesOf({ deviceCount, releasesPerYear }: Habits): number {
  return deviceCount * releasesPerYear * (REPORTS_KEPT_DAYS / 365.25) * MEASURED.reportBytes;
}

/** One row a kind of charge, one pair of columns a fleet; all its lines stand in docs/capacity.md. */
export function arithmeticTable(fleets: readonly Habits[]): string {
  const sizes = fleets.map(({ deviceCount }) => `${deviceCount / 1e6} M devices`);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const months = fleets.map(monthOf);
  const kinds = Object.keys(PRICES) as Charged[];
  const rows = kinds.map((kind) =>
    line([kind, ...months.flatMap((month) => [millions(month[kind]), dollars(priceOf(kind, month[kind]))])]),
  );
  const totals = months.map((month) => kinds.reduce((sum, kind) => sum + priceOf(kind, month[kind]), 0));
  const gigabytes = fleets.map((fleet) => `${(databaseBytesOf(fleet) / 1e9).toFixed(1)} GB`);
  return [
    line(['a month', ...sizes.flatMap((size) => [size, 'US $'])]),
    line(['---', ...sizes.flatMap(() => ['--:', '--:'])]),
    ...rows,
    line(['together', ...totals.flatMap((total) => ['', dollars(total)])]),
    line(['reports in D1 after 400 days', ...gigabytes.flatMap((size) => [size, ''])]),
    '',
  ].join('\n');
}

function millions(count: number): string {
  return `${(count / 1e6).toFixed(1)} M`;
}

function dollars(amount: number): string {
  return amount.toFixed(0);
}

/** One poll a day, four releases a year, of 196 chunks: the demonstration's package is an EC25's in size. */
export const FLEETS: readonly Habits[] = [1e6, 100e6].map((deviceCount) => ({
  deviceCount,
  modelCount: 10_000,
  pollsPerDay: 1,
  releasesPerYear: 4,
  chunksPerRelease: 196,
}));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.stdout.write(arithmeticTable(FLEETS));

/** What the newest reports of a fleet tell: days, releases, steps at which it failed, devices that need a person. */
import { type Outcome, UPDATE_STEPS, type UpdateStep } from '../../../shared/telemetry.ts';
import type { FleetReport } from '../../store/fleet-reports.ts';

export type Day = { readonly day: string } & Readonly<Record<Outcome, number>>;

/** Every day from the first to the last instant, also those without a report. */
export function tellDays(
  reports: readonly Pick<FleetReport, 'receivedAt' | 'outcome'>[],
  span: { readonly fromMs: number; readonly toMs: number },
): readonly Day[] {
  const days = new Map<string, Record<Outcome, number>>();
  for (let ms = span.fromMs; ms <= span.toMs; ms += DAY_MS) days.set(dayOf(ms), nothing());
  days.set(dayOf(span.toMs), nothing());
  for (const { receivedAt, outcome } of reports) {
    const day = days.get(receivedAt.slice(0, 10));
    if (day !== undefined) day[outcome]++;
  }
  return [...days].map(([day, counts]) => ({ day, ...counts }));
}

const DAY_MS = 24 * 60 * 60_000;

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function nothing(): Record<Outcome, number> {
  return { updated: 0, unchanged: 0, unfinished: 0, unconfirmed: 0 };
}

export type StepFailures = {
  readonly step: UpdateStep;
  readonly failures: number;
  readonly mostly: string | null;
};

/** Steps at which attempts ended that did not update, in the order of an update; `mostly` is the commonest reason. */
export function tellSteps(
  reports: readonly Pick<FleetReport, 'outcome' | 'lastStep' | 'reason'>[],
): readonly StepFailures[] {
  const failed = reports.filter(({ outcome }) => outcome !== 'updated');
  return UPDATE_STEPS.flatMap((step) => {
    const there = failed.filter(({ lastStep }) => lastStep === step);
    return there.length === 0
      ? []
      : [{ step, failures: there.length, mostly: commonest(there.map(({ reason }) => reason)) }];
  });
}

function commonest(reasons: readonly (string | null)[]): string | null {
  const counts = new Map<string | null, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** Devices whose newest report leaves a modem that is not as it should be, newest first. */
export function needAttention<T extends Pick<FleetReport, 'deviceId' | 'outcome' | 'modemState'>>(
  newestFirst: readonly T[],
): readonly T[] {
  const seen = new Set<string>();
  return newestFirst.filter(({ deviceId, outcome, modemState }) => {
    if (seen.has(deviceId)) return false;
    seen.add(deviceId);
    return outcome === 'unfinished' || outcome === 'unconfirmed' || modemState !== 'normal';
  });
}

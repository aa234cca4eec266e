/** What a fleet's reports tell, as its pages show it: every day, and the steps at which updates end early. */
import { type Outcome, UPDATE_STEPS } from '../../../shared/telemetry.ts';
import type { DayCount, StepFailures } from '../../store/report-days.ts';
import { FLEET_DAYS } from '../limits.ts';

export type Day = { readonly day: string } & Readonly<Record<Outcome, number>>;

/** The days that a fleet's pages look back, the oldest first; the last is today. */
export function fleetDays(nowMs: number): readonly string[] {
  return Array.from({ length: FLEET_DAYS }, (_, n) => dayOf(nowMs - (FLEET_DAYS - 1 - n) * DAY_MS));
}

const DAY_MS = 24 * 60 * 60_000;

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Every one of the days, also those without a report. */
export function tellDays(days: readonly string[], counts: readonly DayCount[]): readonly Day[] {
  return days.map((day) => {
    const outcomes = { updated: 0, unchanged: 0, unfinished: 0, unconfirmed: 0 };
    for (const { outcome, count } of counts.filter((counted) => counted.day === day))
      outcomes[outcome] = count;
    return { day, ...outcomes };
  });
}

/** In the order of an update. */
export function inOrderOfSteps(steps: readonly StepFailures[]): readonly StepFailures[] {
  return steps.toSorted((a, b) => UPDATE_STEPS.indexOf(a.step) - UPDATE_STEPS.indexOf(b.step));
}

export function attemptsOf({ updated, unchanged, unfinished, unconfirmed }: Day): number {
  return updated + unchanged + unfinished + unconfirmed;
}

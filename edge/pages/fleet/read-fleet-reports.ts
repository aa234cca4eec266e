/** How it goes on a fleet, or on one model of it: what all its pages show of the reports. */
import { type LeftWrongModems, modemsLeftWrong } from '../../store/left-wrong.ts';
import { countDays, countFailingSteps, type StepFailures } from '../../store/report-days.ts';
import { ATTENTION_EXAMINED_MAX } from '../limits.ts';
import { type Day, fleetDays, inOrderOfSteps, tellDays } from './fleet-view.ts';

export type FleetReports = {
  readonly days: readonly Day[];
  readonly steps: readonly StepFailures[];
  readonly leftWrong: LeftWrongModems;
};

/** Of all models where none is given. */
export async function readFleetReports(
  db: D1Database,
  { model, nowMs }: { readonly model: string | null; readonly nowMs: number },
): Promise<FleetReports> {
  const days = fleetDays(nowMs);
  const [counts, steps, leftWrong] = await Promise.all([
    countDays(db, { days, model }),
    countFailingSteps(db, { days, model }),
    modemsLeftWrong(db, { since: days[0] ?? '', model, examined: ATTENTION_EXAMINED_MAX }),
  ]);
  return { days: tellDays(days, counts), steps: inOrderOfSteps(steps), leftWrong };
}

/** The `report_days` table: how each day went, counted as reports are written, so that a large fleet costs no more. */
import * as z from 'zod';
import { OUTCOMES, UPDATE_STEPS } from '../../shared/telemetry.ts';

/** Days as `2026-11-23`, UTC; of all models where none is given. */
export type DaysQuery = { readonly days: readonly string[]; readonly model: string | null };

const dayRowSchema = z.strictObject({ day: z.string(), outcome: z.enum(OUTCOMES), count: z.int() });
export type DayCount = z.infer<typeof dayRowSchema>;

const stepRowSchema = z.strictObject({
  step: z.enum(UPDATE_STEPS),
  failures: z.int(),
  /** The commonest reason; `null` where that is none. */
  mostly: z.string().nullable(),
});
export type StepFailures = z.infer<typeof stepRowSchema>;

/** Reports by day and outcome; nothing for what did not happen. */
export async function countDays(db: D1Database, asked: DaysQuery): Promise<readonly DayCount[]> {
  const { results } = await db
    .prepare(`SELECT day, outcome, sum(count) AS count FROM report_days WHERE ${AMONG} GROUP BY day, outcome`)
    .bind(...bound(asked))
    .all();
  return z.array(dayRowSchema).parse(results);
}

/**
 * Where attempts ended that did not update. `reason` is that of the row with the most: SQLite gives the other columns of
 * a row that has the `max` (sqlite.org, SELECT, bare columns).
 */
export async function countFailingSteps(db: D1Database, asked: DaysQuery): Promise<readonly StepFailures[]> {
  const { results } = await db
    .prepare(
      `SELECT step, sum(count) AS failures, nullif(reason, '') AS mostly, max(count) AS most FROM
         (SELECT last_step AS step, reason, sum(count) AS count FROM report_days
          WHERE ${AMONG} AND outcome <> 'updated' GROUP BY last_step, reason ORDER BY reason)
       GROUP BY step`,
    )
    .bind(...bound(asked))
    .all<Record<string, unknown>>();
  return results.map(({ most: _, ...row }) => stepRowSchema.parse(row));
}

/** The primary key begins with the day: rows are found day by day. Those of all models together have none. */
const AMONG = 'day IN (SELECT value FROM json_each(?1)) AND model = ?2';

function bound({ days, model }: DaysQuery): readonly string[] {
  return [JSON.stringify(days), model ?? ''];
}

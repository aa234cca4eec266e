/** The `report_counts` table: how many reports there ever were. The database keeps it as reports are written. */
import * as z from 'zod';
import { OUTCOMES } from '../../shared/telemetry.ts';

const rowSchema = z.strictObject({ model: z.string(), outcome: z.enum(OUTCOMES), count: z.int() });
export type ReportCount = z.infer<typeof rowSchema>;

/** By model and outcome, the most numerous first. */
export async function countReports(db: D1Database, limit: number): Promise<readonly ReportCount[]> {
  const { results } = await db
    .prepare('SELECT model, outcome, count FROM report_counts ORDER BY count DESC, model, outcome LIMIT ?')
    .bind(limit)
    .all();
  return results.map((row) => rowSchema.parse(row));
}

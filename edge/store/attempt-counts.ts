/** How attempts at one release ended, counted over the newest of them: the cost does not grow with the fleet. */
import * as z from 'zod';
import type { ModelId } from '../../shared/model.ts';
import { OUTCOMES, type Outcome } from '../../shared/telemetry.ts';

export type AttemptCounts = Readonly<Record<Outcome, number>>;

const countsSchema = z.array(z.strictObject({ outcome: z.enum(OUTCOMES), attempts: z.int().positive() }));

export async function countAttempts(
  db: D1Database,
  release: { readonly model: ModelId; readonly version: string; readonly newest: number },
): Promise<AttemptCounts> {
  const { results } = await db
    .prepare(
      `SELECT outcome, COUNT(*) AS attempts FROM
       (SELECT outcome FROM reports WHERE model = ? AND to_version = ? ORDER BY received_at DESC LIMIT ?)
       GROUP BY outcome`,
    )
    .bind(release.model, release.version, release.newest)
    .all();
  const counts = { updated: 0, unchanged: 0, unfinished: 0, unconfirmed: 0 };
  for (const { outcome, attempts } of countsSchema.parse(results)) counts[outcome] = attempts;
  return counts;
}

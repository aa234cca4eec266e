/** How the newest attempts at a release ended: what it is judged by. The cost does not grow with the fleet. */
import * as z from 'zod';
import { SHA256_HEX } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { type AttemptEnd, NOT_ITS_FAULT, STEPS_OF_ITS_OWN } from '../../shared/rollout-health.ts';
import { OUTCOMES, UPDATE_STEPS } from '../../shared/telemetry.ts';
import { ENDS_EXAMINED_PER_DEVICE } from '../limits.ts';

export type ReportedRelease = { readonly model: ModelId; readonly version: string };

const rowSchema = z.strictObject({
  deviceId: z.string().regex(SHA256_HEX),
  outcome: z.enum(OUTCOMES),
  lastStep: z.enum(UPDATE_STEPS),
  reason: z.string().nullable(),
});

const listed = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/**
 * What `healthOf` takes for a try, in SQL. The index `reports_tried` holds these rows alone and is used only while its
 * migration says the same, term by term: who changes either constant adds a migration (a test asks for the plan).
 */
const WAS_TRIED = `(outcome = 'updated' OR (
  coalesce(report ->> '$.reason', '') NOT IN (${listed(NOT_ITS_FAULT)})
  AND (outcome <> 'unchanged' OR report ->> '$.lastStep' IN (${listed(STEPS_OF_ITS_OWN)}))))`;

/**
 * The newest tries, one a device, newest first; received after `since` where it is given, as ISO 8601. What was put off
 * is not even read, so that it pushes nothing out; `limit` devices, of at most `ENDS_EXAMINED_PER_DEVICE` times as many
 * tries, so that the cost has a bound too.
 */
export async function newestEnds(
  db: D1Database,
  query: ReportedRelease & { readonly since: string | null; readonly limit: number },
): Promise<readonly AttemptEnd[]> {
  const { results } = await db
    .prepare(
      `WITH tried AS (
         SELECT id, device_id, received_at FROM reports
         WHERE model = ?1 AND to_version = ?2 AND received_at > ?3 AND ${WAS_TRIED}
         ORDER BY received_at DESC, id DESC LIMIT ?4),
       newest AS (
         SELECT id, max(received_at || id) AS place FROM tried GROUP BY device_id ORDER BY place DESC LIMIT ?5)
       SELECT device_id AS deviceId, outcome, report ->> '$.lastStep' AS lastStep, report ->> '$.reason' AS reason
       FROM newest CROSS JOIN reports USING (id) ORDER BY place DESC`,
    )
    .bind(query.model, query.version, query.since ?? '', query.limit * ENDS_EXAMINED_PER_DEVICE, query.limit)
    .all();
  return results.map((row) => rowSchema.parse(row));
}

/**
 * Releases that were reported on since then: those of the newest reports, so that what an outage left behind does not
 * make it dear. The index is named because SQLite would read all of another one to spare itself the sorting.
 */
export async function releasesReportedSince(
  db: D1Database,
  since: string,
  max: { readonly reports: number; readonly releases: number },
): Promise<readonly ReportedRelease[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT model, version FROM
       (SELECT model, to_version AS version FROM reports INDEXED BY reports_by_time
        WHERE received_at >= ?1 ORDER BY received_at DESC LIMIT ?2)
       LIMIT ?3`,
    )
    .bind(since, max.reports, max.releases)
    .all<ReportedRelease>();
  return results;
}

/** How the newest attempts at a release ended: what it is judged by. The cost does not grow with the fleet. */
import * as z from 'zod';
import { SHA256_HEX } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import type { AttemptEnd } from '../../shared/rollout-health.ts';
import { OUTCOMES, UPDATE_STEPS } from '../../shared/telemetry.ts';

export type ReportedRelease = { readonly model: ModelId; readonly version: string };

const rowSchema = z.strictObject({
  deviceId: z.string().regex(SHA256_HEX),
  outcome: z.enum(OUTCOMES),
  lastStep: z.enum(UPDATE_STEPS),
  reason: z.string().nullable(),
});

/** Newest first; received after `since` where it is given, as ISO 8601. */
export async function newestEnds(
  db: D1Database,
  query: ReportedRelease & { readonly since: string | null; readonly limit: number },
): Promise<readonly AttemptEnd[]> {
  const { results } = await db
    .prepare(
      `SELECT device_id AS deviceId, outcome, report ->> '$.lastStep' AS lastStep, report ->> '$.reason' AS reason
       FROM reports WHERE model = ?1 AND to_version = ?2 AND received_at > ?3
       ORDER BY received_at DESC, id DESC LIMIT ?4`,
    )
    .bind(query.model, query.version, query.since ?? '', query.limit)
    .all();
  return results.map((row) => rowSchema.parse(row));
}

/** Releases that were reported on since then, a bounded number of them. */
export async function releasesReportedSince(
  db: D1Database,
  since: string,
  limit: number,
): Promise<readonly ReportedRelease[]> {
  const { results } = await db
    .prepare(`SELECT DISTINCT model, to_version AS version FROM reports WHERE received_at >= ? LIMIT ?`)
    .bind(since, limit)
    .all<ReportedRelease>();
  return results;
}

/** The newest reports with what a fleet's pages show of them: a bounded number, so that a large fleet costs no more. */
import * as z from 'zod';
import { MODEM_STATES, OUTCOMES, UPDATE_STEPS } from '../../shared/telemetry.ts';

const fleetReportSchema = z.strictObject({
  receivedAt: z.string(),
  deviceId: z.string(),
  model: z.string(),
  fromVersion: z.string(),
  toVersion: z.string(),
  outcome: z.enum(OUTCOMES),
  lastStep: z.enum(UPDATE_STEPS),
  reason: z.string().nullable(),
  modemState: z.enum(MODEM_STATES),
});
export type FleetReport = z.infer<typeof fleetReportSchema>;

/** Newest first; of all models where none is given. */
export async function readFleetReports(
  db: D1Database,
  query: { readonly model: string | null; readonly since: string; readonly limit: number },
): Promise<readonly FleetReport[]> {
  const { model, since, limit } = query;
  const { results } = await db
    .prepare(
      `SELECT received_at AS receivedAt, device_id AS deviceId, model, from_version AS fromVersion,
         to_version AS toVersion, outcome, report ->> '$.lastStep' AS lastStep, report ->> '$.reason' AS reason,
         report ->> '$.modemState' AS modemState
       FROM reports WHERE ${model === null ? '' : 'model = ?3 AND '}received_at >= ?1
       ORDER BY received_at DESC LIMIT ?2`,
    )
    .bind(since, limit, ...(model === null ? [] : [model]))
    .all();
  return z.array(fleetReportSchema).parse(results);
}

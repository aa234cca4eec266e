/** Devices whose newest report leaves a modem that is not as it should be. */
import * as z from 'zod';
import { MODEM_STATES, OUTCOMES, UPDATE_STEPS } from '../../shared/telemetry.ts';

const rowSchema = z.strictObject({
  receivedAt: z.string(),
  deviceId: z.string(),
  model: z.string(),
  toVersion: z.string(),
  outcome: z.enum(OUTCOMES),
  lastStep: z.enum(UPDATE_STEPS),
  reason: z.string().nullable(),
  modemState: z.enum(MODEM_STATES),
});
export type LeftWrong = z.infer<typeof rowSchema>;

export type LeftWrongQuery = {
  /** ISO 8601: older reports are left alone. */
  readonly since: string;
  /** Of all models where none is given. */
  readonly model: string | null;
  /** Reports of this kind that are looked at, the newest: a bad night of a large fleet costs no more. */
  readonly examined: number;
};

/**
 * Newest first, one a device. The index `reports_left_wrong` holds these rows alone and is used only while its migration
 * says the same, term by term (a test asks for the plan).
 */
export async function devicesLeftWrong(db: D1Database, query: LeftWrongQuery): Promise<readonly LeftWrong[]> {
  const { since, model, examined } = query;
  const { results } = await db
    .prepare(
      `WITH wrong AS (
         SELECT id, received_at, device_id FROM reports INDEXED BY reports_left_wrong
         WHERE received_at >= ?1 ${model === null ? '' : 'AND model = ?3'}
           AND (outcome IN ('unfinished', 'unconfirmed') OR report ->> '$.modemState' <> 'normal')
         ORDER BY received_at DESC, id DESC LIMIT ?2)
       SELECT received_at AS receivedAt, device_id AS deviceId, model, to_version AS toVersion, outcome,
         report ->> '$.lastStep' AS lastStep, report ->> '$.reason' AS reason, report ->> '$.modemState' AS modemState
       FROM wrong CROSS JOIN reports USING (id, received_at, device_id)
       WHERE NOT EXISTS (SELECT 1 FROM reports AS later INDEXED BY reports_by_device
         WHERE later.device_id = wrong.device_id AND later.received_at >= wrong.received_at
           AND (later.received_at, later.id) > (wrong.received_at, wrong.id))
       ORDER BY received_at DESC, id DESC`,
    )
    .bind(since, examined, ...(model === null ? [] : [model]))
    .all();
  return z.array(rowSchema).parse(results);
}

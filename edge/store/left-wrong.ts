/** Modems that their device's newest report leaves not as they should be. */
import * as z from 'zod';
import { MODEM_STATES, OUTCOMES, UPDATE_STEPS } from '../../shared/telemetry.ts';

const leftWrongSchema = z.strictObject({
  receivedAt: z.string(),
  deviceId: z.string(),
  model: z.string(),
  toVersion: z.string(),
  outcome: z.enum(OUTCOMES),
  lastStep: z.enum(UPDATE_STEPS),
  reason: z.string().nullable(),
  modemState: z.enum(MODEM_STATES),
});
export type LeftWrong = z.infer<typeof leftWrongSchema>;

export type LeftWrongQuery = {
  /** ISO 8601: older reports are left alone. */
  readonly since: string;
  /** Of all models where none is given. */
  readonly model: string | null;
  /** Reports of this kind that are looked at, the newest: a bad night of a large fleet costs no more. */
  readonly examined: number;
};

export type LeftWrongModems = {
  /** Newest first; one a device and model, because a device may have several modems. */
  readonly modems: readonly LeftWrong[];
  /** False where there are more reports of this kind than were looked at. */
  readonly isAll: boolean;
};

/**
 * The indexes `reports_left_wrong` and `reports_left_wrong_by_model` hold these rows alone and are used only while their
 * migration says the same, term by term (they are named, so that SQLite refuses otherwise). A device that reports again
 * and again is one row, and hides no other.
 */
export async function modemsLeftWrong(db: D1Database, query: LeftWrongQuery): Promise<LeftWrongModems> {
  const { since, model, examined } = query;
  const wrong = `SELECT id, received_at, device_id, model FROM reports
    INDEXED BY ${model === null ? 'reports_left_wrong' : 'reports_left_wrong_by_model'}
    WHERE received_at >= ?1 ${model === null ? '' : 'AND model = ?3'}
      AND (outcome IN ('unfinished', 'unconfirmed') OR report ->> '$.modemState' <> 'normal')
    ORDER BY received_at DESC, id DESC LIMIT ?2`;
  const bound = [since, examined, ...(model === null ? [] : [model])];
  const [counted, found] = await Promise.all([
    db
      .prepare(`SELECT count(*) AS count FROM (${wrong})`)
      .bind(...bound)
      .all<{ count: number }>(),
    db
      .prepare(
        `WITH wrong AS (${wrong}),
         newest AS (SELECT id, device_id, model, max(received_at || id) AS place FROM wrong GROUP BY device_id, model)
         SELECT received_at AS receivedAt, reports.device_id AS deviceId, reports.model, to_version AS toVersion, outcome,
           report ->> '$.lastStep' AS lastStep, report ->> '$.reason' AS reason, report ->> '$.modemState' AS modemState
         FROM newest CROSS JOIN reports USING (id)
         WHERE NOT EXISTS (SELECT 1 FROM reports AS later INDEXED BY reports_by_device
           WHERE later.device_id = newest.device_id AND later.model = newest.model
             AND later.received_at >= reports.received_at
             AND (later.received_at, later.id) > (reports.received_at, reports.id))
         ORDER BY place DESC`,
      )
      .bind(...bound)
      .all(),
  ]);
  return {
    modems: z.array(leftWrongSchema).parse(found.results),
    isAll: (counted.results[0]?.count ?? 0) < examined,
  };
}

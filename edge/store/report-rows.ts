/** The `reports` table: one row a verdict, whoever delivers it however often; bounded by age and by device. */
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { type Report, reportSchema } from '../../shared/telemetry.ts';
import { REPORTS_FORGOTTEN_MAX, REPORTS_KEPT_MS, REPORTS_PER_DEVICE_MAX } from '../limits.ts';

export type StoredReport = { readonly receivedAt: string; readonly report: Report };

/** `different`: another report is stored under this id. */
export async function insertReport(
  db: D1Database,
  report: Report,
  receivedAt: string,
): Promise<'stored' | 'same' | 'different'> {
  const content = JSON.stringify(report);
  const digest = await sha256Hex(utf8(content));
  const inserted = await db
    .prepare(
      `INSERT INTO reports (id, received_at, device_id, model, from_version, to_version, outcome, content_sha256, report)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id`,
    )
    .bind(
      report.id,
      receivedAt,
      report.deviceId,
      report.model,
      // A modem that was found in emergency download mode could not say.
      report.fromVersion ?? '',
      report.toVersion,
      report.outcome,
      digest,
      content,
    )
    .first();
  if (inserted !== null) {
    await forgetOld(db, report.deviceId, receivedAt);
    return 'stored';
  }
  const there = await db
    .prepare('SELECT content_sha256 AS digest FROM reports WHERE id = ?')
    .bind(report.id)
    .first<{ digest: string }>();
  return there?.digest === digest ? 'same' : 'different';
}

/** What is past its age, a bounded number at a time, and what a device reported before its newest reports. */
async function forgetOld(db: D1Database, deviceId: string, receivedAt: string): Promise<void> {
  const kept = new Date(Date.parse(receivedAt) - REPORTS_KEPT_MS).toISOString();
  await db.batch([
    db
      .prepare(
        `DELETE FROM reports WHERE id IN
         (SELECT id FROM reports WHERE received_at < ? ORDER BY received_at LIMIT ?)`,
      )
      .bind(kept, REPORTS_FORGOTTEN_MAX),
    db
      .prepare(
        `DELETE FROM reports WHERE id IN
         (SELECT id FROM reports WHERE device_id = ? ORDER BY received_at DESC, id LIMIT -1 OFFSET ?)`,
      )
      .bind(deviceId, REPORTS_PER_DEVICE_MAX),
  ]);
}

/** Newest first; of all models where none is given. */
export async function listReports(
  db: D1Database,
  query: { readonly model: string | null; readonly limit: number },
): Promise<StoredReport[]> {
  const { results } = await db
    .prepare(
      `SELECT received_at AS receivedAt, report FROM reports
       WHERE ?1 IS NULL OR model = ?1 ORDER BY received_at DESC, id LIMIT ?2`,
    )
    .bind(query.model, query.limit)
    .all<{ receivedAt: string; report: string }>();
  return results.map(({ receivedAt, report }) => ({
    receivedAt,
    report: reportSchema.parse(JSON.parse(report)),
  }));
}

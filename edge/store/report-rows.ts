/** The `reports` table: one row an attempt, whoever delivers it however often. */

import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { type Report, reportSchema } from '../../shared/telemetry.ts';

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
      report.fromVersion,
      report.toVersion,
      report.outcome,
      digest,
      content,
    )
    .first();
  if (inserted !== null) return 'stored';
  const there = await db
    .prepare('SELECT content_sha256 AS digest FROM reports WHERE id = ?')
    .bind(report.id)
    .first<{ digest: string }>();
  return there?.digest === digest ? 'same' : 'different';
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

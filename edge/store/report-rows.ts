/** The `reports` table: one row a verdict, whoever delivers it however often; bounded by age and by device. */
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { type Report, reportSchema } from '../../shared/telemetry.ts';
import { REPORTS_FORGOTTEN_MAX, REPORTS_KEPT_MS, REPORTS_PER_DEVICE_MAX } from '../limits.ts';

export type StoredReport = { readonly receivedAt: string; readonly report: Report };

export type InsertedReports = {
  /** Those that were not there. */
  readonly stored: readonly StoredReport[];
  /** Ids under which another report is stored: the first one counts. */
  readonly different: readonly string[];
};

/** All of them or none; those that are there already are left as they are. */
export async function insertReports(
  db: D1Database,
  reports: readonly StoredReport[],
): Promise<InsertedReports> {
  if (reports.length === 0) return { stored: [], different: [] };
  const rows = await Promise.all(
    reports.map(async (stored) => {
      const content = JSON.stringify(stored.report);
      return { stored, content, digest: await sha256Hex(utf8(content)) };
    }),
  );
  const insert = db.prepare(
    `INSERT INTO reports (id, received_at, device_id, model, from_version, to_version, outcome, content_sha256, report)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id`,
  );
  const inserted = await db.batch([
    ...rows.map(({ stored: { receivedAt, report }, content, digest }) =>
      insert.bind(
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
      ),
    ),
    ...forgetOld(db, reports),
  ]);
  const isNew = (i: number) => (inserted[i]?.results.length ?? 0) > 0;
  const repeated = rows.filter((_, i) => !isNew(i));
  return {
    stored: reports.filter((_, i) => isNew(i)),
    different: await findDifferent(
      db,
      repeated.map(({ stored, digest }) => ({ id: stored.report.id, digest })),
    ),
  };
}

async function findDifferent(
  db: D1Database,
  repeated: readonly { readonly id: string; readonly digest: string }[],
): Promise<string[]> {
  if (repeated.length === 0) return [];
  const { results } = await db
    .prepare(
      `SELECT given.value ->> 'id' AS id FROM json_each(?) AS given
       JOIN reports ON reports.id = given.value ->> 'id' AND content_sha256 <> given.value ->> 'digest'`,
    )
    .bind(JSON.stringify(repeated))
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** What is past its age, a bounded number at a time, and what a device reported before its newest reports. */
function forgetOld(db: D1Database, reports: readonly StoredReport[]): D1PreparedStatement[] {
  const newest = Math.max(...reports.map(({ receivedAt }) => Date.parse(receivedAt)));
  const kept = new Date(newest - REPORTS_KEPT_MS).toISOString();
  const devices = [...new Set(reports.map(({ report }) => report.deviceId))];
  return [
    db
      .prepare(
        `DELETE FROM reports WHERE id IN
         (SELECT id FROM reports WHERE received_at < ? ORDER BY received_at LIMIT ?)`,
      )
      .bind(kept, REPORTS_FORGOTTEN_MAX * reports.length),
    db.prepare('DELETE FROM report_days WHERE day < ?').bind(kept.slice(0, 10)),
    db
      .prepare(
        `DELETE FROM reports WHERE id IN (SELECT id FROM
         (SELECT id, row_number() OVER (PARTITION BY device_id ORDER BY received_at DESC, id) AS place
          FROM reports WHERE device_id IN (SELECT value FROM json_each(?)))
         WHERE place > ?)`,
      )
      .bind(JSON.stringify(devices), REPORTS_PER_DEVICE_MAX),
  ];
}

/** Which reports, and where a page begins: after the one that `before` names. */
export type ReportQuery = {
  readonly model: string | null;
  readonly since?: string | null;
  readonly until?: string | null;
  readonly before?: ReportCursor | null;
  readonly limit: number;
};

/** The place of one report in the order of lists. */
export type ReportCursor = { readonly receivedAt: string; readonly id: string };

/** Newest first; of all models where none is given. Only what is asked is in the statement, so that an index serves it. */
export async function listReports(db: D1Database, query: ReportQuery): Promise<StoredReport[]> {
  const { model, since = null, until = null, before = null, limit } = query;
  const asked: readonly (readonly [string, readonly (string | null)[]])[] = [
    ['model = ?', [model]],
    ['received_at >= ?', [since]],
    ['received_at < ?', [until]],
    ['(received_at, id) < (?, ?)', [before?.receivedAt ?? null, before?.id ?? null]],
  ];
  const given = asked.filter(([, [value]]) => value !== null);
  const where = given.length === 0 ? '' : `WHERE ${given.map(([term]) => term).join(' AND ')}`;
  const { results } = await db
    .prepare(
      `SELECT received_at AS receivedAt, report FROM reports ${where} ORDER BY received_at DESC, id DESC LIMIT ?`,
    )
    .bind(...given.flatMap(([, values]) => values), limit)
    .all<{ receivedAt: string; report: string }>();
  return results.map(({ receivedAt, report }) => ({
    receivedAt,
    report: reportSchema.parse(JSON.parse(report)),
  }));
}

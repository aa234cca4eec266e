/** The `audit_log` table. It is added to and read; the database itself refuses anything else. */
import { type AuditEntry, auditEntrySchema } from '../../shared/operator-api.ts';
import { ROLLOUT_ENTRIES_MAX } from '../limits.ts';

/** An entry that is there already is left as it is. */
export async function insertAuditEntries(db: D1Database, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const insert = db.prepare(
    `INSERT INTO audit_log (id, at, actor, action, target, outcome, status, detail, request_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  await db.batch(
    entries.map(({ id, at, actor, action, target, outcome, status, detail, requestId }) =>
      insert.bind(id, at, actor, action, target, outcome, status, detail, requestId),
    ),
  );
}

export type AuditPage = { readonly entries: readonly AuditEntry[]; readonly next: number | null };

/** Newest first, from before the entry number `before`; of one target where one is given. */
export async function listAuditEntries(
  db: D1Database,
  page: { readonly before: number | null; readonly target: string | null; readonly limit: number },
): Promise<AuditPage> {
  const given = [
    ...(page.before === null ? [] : [['seq < ?', page.before] as const]),
    ...(page.target === null ? [] : [['target = ?', page.target] as const]),
  ];
  const where = given.length === 0 ? '' : `WHERE ${given.map(([term]) => term).join(' AND ')}`;
  const { results } = await db
    .prepare(
      `SELECT seq, id, at, actor, action, target, outcome, status, detail, request_id AS requestId FROM audit_log
       ${where} ORDER BY seq DESC LIMIT ?`,
    )
    .bind(...given.map(([, value]) => value), page.limit)
    .all<AuditEntry & { seq: number }>();
  const entries = results.map(({ seq: _, ...row }) => auditEntrySchema.parse(row));
  const next = results.length < page.limit ? null : (results.at(-1)?.seq ?? null);
  return { entries, next };
}

/** When one of these was last done to the target, as ISO 8601; `null` where none ever was. */
export async function lastDone(
  db: D1Database,
  actions: readonly string[],
  target: string,
): Promise<string | null> {
  return db
    .prepare(
      `SELECT max(at) AS at FROM audit_log WHERE target = ?1 AND action IN (SELECT value FROM json_each(?2)) AND outcome = 'done'`,
    )
    .bind(target, JSON.stringify(actions))
    .first<string | null>('at');
}

/** Releases whose last change was a halt. */
export async function currentHalts(
  db: D1Database,
  limit: number,
): Promise<readonly { readonly target: string; readonly actor: string; readonly at: string }[]> {
  const { results } = await db
    .prepare(
      // SQLite takes the other columns from the row that has the max.
      `SELECT target, actor, at, action, max(seq) FROM
       (SELECT * FROM audit_log WHERE action GLOB 'rollout.*' AND outcome = 'done' ORDER BY seq DESC LIMIT ?1)
       WHERE action IN ('rollout.started', 'rollout.resumed', 'rollout.halted', 'rollout.recalled', 'rollout.withdrawn')
       GROUP BY target HAVING action = 'rollout.halted' ORDER BY max(seq) DESC LIMIT ?2`,
    )
    .bind(ROLLOUT_ENTRIES_MAX, limit)
    .all<{ target: string; actor: string; at: string }>();
  return results;
}

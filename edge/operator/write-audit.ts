/** Entries go to the audit log, and where D1 fails to the Worker's log in full: what was done is not undone for it. */
import type { AuditEntry } from '../../shared/operator-api.ts';
import { insertAuditEntries } from '../store/audit-rows.ts';

export async function writeAudit(db: D1Database, entries: readonly AuditEntry[]): Promise<void> {
  try {
    await insertAuditEntries(db, entries);
  } catch (error) {
    for (const entry of entries)
      console.error(JSON.stringify({ event: 'audit-not-written', entry, message: String(error) }));
  }
}

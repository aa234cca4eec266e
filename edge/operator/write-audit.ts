/**
 * Entries go to the audit log; where D1 fails, by way of the queue, which keeps them until it does not; and where that
 * fails too, to the Worker's log in full. What was done is not undone for it.
 */
import type { AuditEntry } from '../../shared/operator-api.ts';
import { insertAuditEntries } from '../store/audit-rows.ts';
import type { Queued } from '../telemetry/queued.ts';

export async function writeAudit(
  stores: { readonly db: D1Database; readonly reports: Queue<Queued> },
  entries: readonly AuditEntry[],
): Promise<void> {
  try {
    await insertAuditEntries(stores.db, entries);
    return;
  } catch (error) {
    console.error(JSON.stringify({ event: 'audit-delayed', message: String(error) }));
  }
  try {
    await stores.reports.sendBatch(entries.map((entry) => ({ body: { kind: 'audit', entry } })));
  } catch (error) {
    for (const entry of entries)
      console.error(JSON.stringify({ event: 'audit-not-written', entry, message: String(error) }));
  }
}

/**
 * Entries go to the audit log; where D1 fails, by way of the queue, which keeps them until it does not; and where that
 * fails too, to the Worker's log in full. What was done is not undone for it.
 */
import type { AuditEntry } from '../../shared/operator-api.ts';
import { QUEUE_SEND_MAX } from '../limits.ts';
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
    const messages = entries.map((entry) => ({ body: { kind: 'audit', entry } as const }));
    for (let i = 0; i < messages.length; i += QUEUE_SEND_MAX)
      await stores.reports.sendBatch(messages.slice(i, i + QUEUE_SEND_MAX));
  } catch (error) {
    for (const entry of entries)
      console.error(JSON.stringify({ event: 'audit-not-written', entry, message: String(error) }));
  }
}

/**
 * What the queue delivers: written to D1, then archived, then acknowledged, so that nothing is lost wherever it stops.
 * Delivered again it changes nothing in D1: reports and audit entries go by their ids. D1 comes first because an archived
 * batch goes by all that is in it, and the queue groups what it delivers again anew: while D1 fails (it is down, or
 * full) nothing may be archived, or each try would archive everything once more.
 */
import type { Report } from '../../shared/telemetry.ts';
import { BATCH_RETRY_FIRST_SECONDS, BATCH_RETRY_LONGEST_SECONDS } from '../limits.ts';
import { insertAuditEntries } from '../store/audit-rows.ts';
import { insertReports } from '../store/report-rows.ts';
import { archiveReports } from './archive.ts';
import { type ReadMessage, readMessage } from './queued.ts';

export type BatchStores = { readonly db: D1Database; readonly archive: R2Bucket };

export type TakenReport = { readonly receivedAt: string; readonly report: Report };

/** The reports that were written now; empty where nothing was, and the batch will come again. */
export async function takeBatch(
  batch: MessageBatch<unknown>,
  { db, archive }: BatchStores,
): Promise<readonly TakenReport[]> {
  const read = readMessages(batch);
  const reports = read.filter((message) => message.kind === 'report');
  const entries = read.filter((message) => message.kind === 'audit').map(({ entry }) => entry);
  let written: readonly TakenReport[] = [];
  try {
    await insertAuditEntries(db, entries);
    const { different, stored } = await insertReports(
      db,
      reports.map(({ received: { receivedAt }, report }) => ({ receivedAt, report })),
    );
    written = stored;
    for (const id of different) console.warn(JSON.stringify({ event: 'report-differs', id }));
    await archiveReports(
      archive,
      reports.map(({ received }) => received),
    );
    batch.ackAll();
  } catch (error) {
    retryLater(batch, { reports: reports.length, written: written.length, error });
  }
  return written;
}

/** One that cannot be read comes alone to the dead letters, where it stays for people to look at. */
function readMessages(batch: MessageBatch<unknown>): readonly ReadMessage[] {
  const messages: ReadMessage[] = [];
  for (const message of batch.messages) {
    const read = readMessage(message.body);
    if (read.ok) {
      messages.push(read.value);
      continue;
    }
    const { why } = read.failure;
    console.error(JSON.stringify({ event: 'message-unreadable', id: message.id, why }));
    message.retry({ delaySeconds: BATCH_RETRY_LONGEST_SECONDS });
  }
  return messages;
}

function retryLater(
  batch: MessageBatch<unknown>,
  { error, ...counts }: { readonly reports: number; readonly written: number; readonly error: unknown },
): void {
  const attempts = Math.max(1, ...batch.messages.map((message) => message.attempts));
  const delaySeconds = Math.min(BATCH_RETRY_LONGEST_SECONDS, BATCH_RETRY_FIRST_SECONDS * 2 ** (attempts - 1));
  console.error(
    JSON.stringify({ event: 'batch-not-taken', ...counts, delaySeconds, message: String(error) }),
  );
  batch.retryAll({ delaySeconds });
}

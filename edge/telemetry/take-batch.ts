/**
 * What the queue delivers: archived, then written to D1, then acknowledged, in this order, so that nothing is lost
 * wherever it stops. Delivered again it changes nothing: reports and audit entries go by their ids.
 */
import type { AuditEntry } from '../../shared/operator-api.ts';
import { type Report, reportSchema } from '../../shared/telemetry.ts';
import { BATCH_RETRY_FIRST_SECONDS, BATCH_RETRY_LONGEST_SECONDS } from '../limits.ts';
import { insertAuditEntries } from '../store/audit-rows.ts';
import { insertReports } from '../store/report-rows.ts';
import { archiveReports } from './archive.ts';
import { type Queued, queuedSchema, type ReceivedReport } from './queued.ts';

export type BatchStores = { readonly db: D1Database; readonly archive: R2Bucket };

export type TakenReport = { readonly receivedAt: string; readonly report: Report };

/** The reports that were written now; empty where nothing was, and the batch will come again. */
export async function takeBatch(
  batch: MessageBatch<unknown>,
  { db, archive }: BatchStores,
): Promise<readonly TakenReport[]> {
  const queued: Queued[] = [];
  for (const message of batch.messages) {
    const read = queuedSchema.safeParse(message.body);
    if (read.success) {
      queued.push(read.data);
      continue;
    }
    // Of another version of this Worker, or not ours: by way of the dead letters it stays for people to look at.
    console.error(JSON.stringify({ event: 'message-unreadable', id: message.id, why: read.error.message }));
    message.retry({ delaySeconds: BATCH_RETRY_LONGEST_SECONDS });
  }
  const received = queued.filter((message) => message.kind === 'report');
  const entries = queued.flatMap((message): AuditEntry[] =>
    message.kind === 'audit' ? [message.entry] : [],
  );
  const reports = received.map(reportOf);
  try {
    await archiveReports(archive, received);
    await insertAuditEntries(db, entries);
    const { different, stored } = await insertReports(db, reports);
    for (const id of different) console.warn(JSON.stringify({ event: 'report-differs', id }));
    batch.ackAll();
    return stored;
  } catch (error) {
    const attempts = Math.max(1, ...batch.messages.map((message) => message.attempts));
    const delaySeconds = Math.min(
      BATCH_RETRY_LONGEST_SECONDS,
      BATCH_RETRY_FIRST_SECONDS * 2 ** (attempts - 1),
    );
    console.error(
      JSON.stringify({
        event: 'batch-not-written',
        reports: reports.length,
        delaySeconds,
        message: String(error),
      }),
    );
    batch.retryAll({ delaySeconds });
    return [];
  }
}

/** It was parsed before it was queued; one that is not a report now is a defect. */
function reportOf({ receivedAt, body }: ReceivedReport): TakenReport {
  return { receivedAt, report: reportSchema.parse(JSON.parse(body)) };
}

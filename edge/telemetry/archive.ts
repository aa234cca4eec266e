/**
 * The archive: reports as they came, in a bucket that nobody serves, a batch an object. At least once: a batch whose
 * acknowledgement is lost and that is delivered again in other company lies there twice; reports are told apart by their ids.
 */
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { ARCHIVE_FORGOTTEN_MAX, DAY_MS, REPORTS_KEPT_MS } from '../limits.ts';
import { putOnce } from '../store/put-once.ts';
import type { ReceivedReport } from './queued.ts';

const REPORTS = 'reports/';
/** What cannot be read waits here for a person, by the day it was sent. */
export const UNREADABLE = 'unreadable/';

/** `reports/2026-11-23/<first 32 digits of the SHA-256 of the lines>.ndjson`: the same batch again is the same object. */
export async function archiveReports(archive: R2Bucket, received: readonly ReceivedReport[]): Promise<void> {
  const first = received[0];
  if (first === undefined) return;
  const lines = utf8(`${received.map((report) => JSON.stringify(report)).join('\n')}\n`);
  const name = (await sha256Hex(lines)).slice(0, 32);
  await putOnce(archive, `${REPORTS}${first.receivedAt.slice(0, 10)}/${name}.ndjson`, lines);
}

/** Removes what is older than reports are kept, a bounded number at a time; the oldest day comes first in a listing. */
export async function forgetArchived(archive: R2Bucket, nowMs: number): Promise<number> {
  const keptSince = new Date(nowMs - REPORTS_KEPT_MS - DAY_MS).toISOString().slice(0, 10);
  let forgotten = 0;
  for (const prefix of [REPORTS, UNREADABLE]) {
    const { objects } = await archive.list({ prefix, limit: ARCHIVE_FORGOTTEN_MAX });
    const old = objects.map(({ key }) => key).filter((key) => key < `${prefix}${keptSince}`);
    if (old.length > 0) await archive.delete(old);
    forgotten += old.length;
  }
  return forgotten;
}

/** What is done every few minutes whether anybody asks or not. Each part fails alone. */
import { JUDGED_RELEASES_MAX, JUDGED_REPORTS_MAX, JUDGED_SINCE_MS } from './limits.ts';
import { type ReportedRelease, releasesReportedSince } from './store/attempt-ends.ts';
import { forgetArchived } from './telemetry/archive.ts';
import { reviveDeadLetters } from './telemetry/dead-letters.ts';
import type { Queued } from './telemetry/queued.ts';

export type ScheduledStores = {
  readonly db: D1Database;
  readonly archive: R2Bucket;
  readonly reports: Queue<Queued>;
  readonly nowMs: () => number;
  /** Judges releases, and halts those that fail. */
  readonly judge: (releases: readonly ReportedRelease[]) => Promise<void>;
};

export async function runScheduled(stores: ScheduledStores): Promise<void> {
  await part('archive-forgotten', () => forgetArchived(stores.archive, stores.nowMs()));
  await part('releases-judged', async () => {
    const since = new Date(stores.nowMs() - JUDGED_SINCE_MS).toISOString();
    const max = { reports: JUDGED_REPORTS_MAX, releases: JUDGED_RELEASES_MAX };
    const releases = await releasesReportedSince(stores.db, since, max);
    await stores.judge(releases);
    return releases.length;
  });
  await part('dead-letters-revived', async () => {
    // Only while D1 answers: they would come back here after half a day.
    await stores.db.prepare('SELECT 1').first();
    return reviveDeadLetters(stores.archive, stores.reports);
  });
}

async function part(name: string, run: () => Promise<number>): Promise<void> {
  try {
    const count = await run();
    if (count > 0) console.info(JSON.stringify({ event: name, count }));
  } catch (error) {
    console.error(JSON.stringify({ event: `${name}-failed`, message: String(error) }));
  }
}

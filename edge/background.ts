/** What the Worker does when nobody asks: takes reports from the queue, judges releases by them, keeps its schedule. */
import type { EdgeDeps } from './app.ts';
import { metadataRepository } from './metadata/repository.ts';
import { writeAudit } from './operator/write-audit.ts';
import { runScheduled } from './scheduled.ts';
import type { ReportedRelease } from './store/attempt-ends.ts';
import { haltFailing } from './telemetry/halt-failing.ts';
import { takeBatch } from './telemetry/take-batch.ts';

export type Background = {
  readonly takeReports: (batch: MessageBatch<unknown>) => Promise<void>;
  readonly runSchedule: () => Promise<void>;
};

export function backgroundOf(deps: EdgeDeps): Background {
  const stores = {
    db: deps.db,
    repository: metadataRepository(deps),
    rule: deps.haltRule,
    audit: (entries: Parameters<typeof writeAudit>[1]) => writeAudit(deps, entries),
  };
  const judge = (releases: readonly ReportedRelease[]) => haltFailing(releases, stores);
  return {
    async takeReports(batch) {
      const taken = await takeBatch(batch, deps);
      await judge(taken.map(({ report: { model, toVersion } }) => ({ model, version: toVersion })));
    },
    runSchedule: () => runScheduled({ ...deps, judge }),
  };
}

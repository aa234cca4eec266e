/**
 * Stops offering a release that fails: judged after every batch of reports that names it, and halted with the online
 * key, so that the next poll of each device says so. A person resumes it; what was reported before that counts no more.
 */
import { utf8 } from '../../shared/bytes.ts';
import type { ModelId } from '../../shared/model.ts';
import type { AuditEntry } from '../../shared/operator-api.ts';
import type { HaltRule, ReleaseHealth } from '../../shared/rollout-health.ts';
import { healthOf, shouldHalt } from '../../shared/rollout-health.ts';
import { HALT_ATTEMPTS_MAX, HEALTH_DEVICES_MAX } from '../limits.ts';
import { readPublished } from '../metadata/published.ts';
import type { MetadataRepository } from '../metadata/repository.ts';
import { currentRolloutDocument, readRolloutDocument } from '../metadata/rollout-document.ts';
import { acceptRollout } from '../operator/accept-rollout.ts';
import { releaseTarget } from '../operator/rollout-deeds.ts';
import { newestEnds, type ReportedRelease } from '../store/attempt-ends.ts';
import { lastDone } from '../store/audit-rows.ts';

export type HaltStores = {
  readonly db: D1Database;
  readonly repository: MetadataRepository;
  readonly rule: HaltRule;
  readonly audit: (entries: readonly AuditEntry[]) => Promise<void>;
};

/** What a person decided with open eyes: reports of before say nothing against it. */
const COUNTED_FROM = ['rollout.started', 'rollout.resumed'];

/** Never throws: the next batch, or the schedule, judges again. */
export async function haltFailing(releases: readonly ReportedRelease[], stores: HaltStores): Promise<void> {
  const judged = new Map(releases.map((release) => [releaseTarget(release.model, release.version), release]));
  for (const release of judged.values()) {
    try {
      await judge(release, stores);
    } catch (error) {
      console.error(JSON.stringify({ event: 'release-not-judged', ...release, message: String(error) }));
    }
  }
}

async function judge({ model, version }: ReportedRelease, stores: HaltStores): Promise<void> {
  const { db, rule } = stores;
  const since = await lastDone(db, COUNTED_FROM, releaseTarget(model, version));
  const health = healthOf(await newestEnds(db, { model, version, since, limit: HEALTH_DEVICES_MAX }));
  if (shouldHalt(health, rule)) await halt(model, version, whyHalted(health), stores);
}

/** Again where somebody else changed the rollout meanwhile: what they changed stays, and the release is halted too. */
async function halt(model: ModelId, version: string, why: string, stores: HaltStores): Promise<void> {
  const { repository } = stores;
  for (let attempt = 0; attempt < HALT_ATTEMPTS_MAX; attempt++) {
    const published = await readPublished(repository.bucket, model);
    if (published === null) return;
    const inForce = await currentRolloutDocument(repository.bucket, model, published.state);
    const rollout = await readRolloutDocument(repository.bucket, model, inForce);
    const entry = rollout.releases.find((release) => release.version === version);
    if (entry?.state !== 'running') return;
    const releases = rollout.releases.map((release) =>
      release === entry ? { ...entry, state: 'halted' as const, why } : release,
    );
    const document = utf8(JSON.stringify({ ...rollout, releases }));
    const ifMatch = `"sha256-${inForce.hashes.sha256}"`;
    const taken = await acceptRollout(repository, model, { document, ifMatch });
    if (taken.ok) {
      console.warn(JSON.stringify({ event: 'release-halted', model, version, why }));
      return stores.audit(
        taken.value.deeds.map((deed) => ({
          id: crypto.randomUUID(),
          at: new Date(repository.nowMs()).toISOString(),
          actor: 'auto-halt',
          action: deed.action,
          target: deed.target,
          outcome: 'done',
          status: 0,
          detail: deed.detail,
          requestId: '',
        })),
      );
    }
    const { reason } = taken.failure;
    if (reason !== 'precondition-failed' && reason !== 'publication-raced') throw new Error(reason);
  }
  throw new Error('others kept changing the rollout');
}

/** What operators of devices read. */
function whyHalted({ succeeded, failed, successAtMost, mostly }: ReleaseHealth): string {
  const share = Math.floor(successAtMost * 100);
  const cause = mostly === null ? '' : `, most of them at ${mostly.step}${because(mostly.reason)}`;
  return `halted by itself: failed on ${failed} of ${succeeded + failed} devices that tried it${cause}; at most ${share} % can be succeeding`;
}

function because(reason: string | null): string {
  return reason === null ? '' : ` (${reason})`;
}

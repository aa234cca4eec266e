/** Changes to a rollout document: pure, the clock is an argument. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Rollout, RolloutEntry } from '../../shared/rollout.ts';

export type RolloutChange =
  | { readonly kind: 'percentage'; readonly percentage: number }
  | { readonly kind: 'halted' | 'recalled'; readonly why: string }
  | { readonly kind: 'running' };

export type RolloutChangeFailure =
  | {
      readonly reason: 'release-not-in-rollout';
      readonly version: string;
      readonly listed: readonly string[];
    }
  | { readonly reason: 'rollout-recalled'; readonly version: string; readonly why: string };

/** A release that begins to roll out now. */
export function startRelease(
  rollout: Rollout,
  release: { readonly version: string; readonly percentage: number; readonly nowMs: number },
): Rollout {
  const entry: RolloutEntry = {
    version: release.version,
    channel: 'stable',
    percentage: release.percentage,
    startsAt: new Date(release.nowMs).toISOString(),
    state: 'running',
    why: '',
  };
  return { ...rollout, releases: [...rollout.releases, entry] };
}

/** A recall is final for its release: what was wrong with it is in the field, and a fix is a new version. */
export function changeRelease(
  rollout: Rollout,
  version: string,
  change: RolloutChange,
): Result<Rollout, RolloutChangeFailure> {
  const entry = rollout.releases.find((release) => release.version === version);
  if (entry === undefined) {
    const listed = rollout.releases.map((release) => release.version);
    return err({ reason: 'release-not-in-rollout', version, listed });
  }
  if (entry.state === 'recalled' && change.kind !== 'recalled')
    return err({ reason: 'rollout-recalled', version, why: entry.why });
  const changed = changeEntry(entry, change);
  return ok({
    ...rollout,
    releases: rollout.releases.map((release) => (release === entry ? changed : release)),
  });
}

function changeEntry(entry: RolloutEntry, change: RolloutChange): RolloutEntry {
  switch (change.kind) {
    case 'percentage':
      return { ...entry, percentage: change.percentage };
    case 'halted':
    case 'recalled':
      return { ...entry, state: change.kind, why: change.why };
    case 'running':
      return { ...entry, state: 'running', why: '' };
  }
}

/** Changes to a rollout document: pure, the clock is an argument. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Rollout, RolloutEntry } from '../../shared/rollout.ts';

/** To whom a release is offered, and from when. */
export type Offer = Pick<RolloutEntry, 'percentage' | 'channel'> & {
  /** ISO 8601, UTC; null: now. */
  readonly startsAt: string | null;
};

export type RolloutChange =
  /** What is not named stays as it is. */
  | ({ readonly kind: 'offer' } & Partial<Pick<RolloutEntry, 'percentage' | 'channel' | 'startsAt'>>)
  | { readonly kind: 'halted' | 'recalled'; readonly why: string }
  | { readonly kind: 'running' };

export type RolloutChangeFailure =
  | {
      readonly reason: 'release-not-in-rollout';
      readonly version: string;
      readonly listed: readonly string[];
    }
  | { readonly reason: 'rollout-recalled'; readonly version: string; readonly why: string };

/** A release that begins to roll out, now where nothing else is said. */
export function startRelease(
  rollout: Rollout,
  release: Offer & { readonly version: string; readonly nowMs: number },
): Rollout {
  const entry: RolloutEntry = {
    version: release.version,
    channel: release.channel,
    percentage: release.percentage,
    startsAt: release.startsAt ?? new Date(release.nowMs).toISOString(),
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
    case 'offer': {
      const { percentage = entry.percentage, channel = entry.channel, startsAt = entry.startsAt } = change;
      return { ...entry, percentage, channel, startsAt };
    }
    case 'halted':
    case 'recalled':
      return { ...entry, state: change.kind, why: change.why };
    case 'running':
      return { ...entry, state: 'running', why: '' };
  }
}

/** `5 %`, `5 % of beta, from 2026-12-01T02:00:00.000Z`: to whom a running release is offered, as operators read it. */
export function offerText({ percentage, channel, startsAt }: Offer, nowMs: number): string {
  const share = channel === 'beta' ? `${percentage} % of beta` : `${percentage} %`;
  return startsAt !== null && Date.parse(startsAt) > nowMs ? `${share}, from ${startsAt}` : share;
}

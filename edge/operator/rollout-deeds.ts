/** What one rollout document changes of another, release by release, as the audit log tells it. */
import type { Rollout, RolloutEntry } from '../../shared/rollout.ts';
import type { Deed } from './operator-resource.ts';

/** `quectel/ec25euga-m4g EC25EUGAR08A03M4G_01.200.01.200`: what a release is called in the audit log. */
export function releaseTarget(model: string, version: string): string {
  return `${model} ${version}`;
}

/** What is left out of the next document is `withdrawn`: offered to nobody. */
export function rolloutDeeds(before: Rollout, after: Rollout): readonly Deed[] {
  const former = new Map(before.releases.map((entry) => [entry.version, entry]));
  const next = new Set(after.releases.map(({ version }) => version));
  const changed = after.releases.flatMap((entry) => {
    const action = actionOf(former.get(entry.version), entry);
    if (action === null) return [];
    return [{ action, target: releaseTarget(after.model, entry.version), detail: detailOf(entry) }];
  });
  const withdrawn = before.releases
    .filter(({ version }) => !next.has(version))
    .map(({ version }) => ({
      action: 'rollout.withdrawn',
      target: releaseTarget(after.model, version),
      detail: '',
    }));
  return [...changed, ...withdrawn];
}

function actionOf(before: RolloutEntry | undefined, after: RolloutEntry): string | null {
  if (before === undefined) return after.state === 'running' ? 'rollout.started' : `rollout.${after.state}`;
  if (before.state !== after.state) {
    return after.state === 'running' ? 'rollout.resumed' : `rollout.${after.state}`;
  }
  return JSON.stringify(before) === JSON.stringify(after) ? null : 'rollout.changed';
}

function detailOf({ state, percentage, channel, startsAt, why }: RolloutEntry): string {
  return state === 'running' ? `${percentage} % of ${channel} from ${startsAt}` : why;
}

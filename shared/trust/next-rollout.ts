/** Whether a rollout may take the place of the one in force: of this model, of published releases, no recall taken back. */
import type { ModelId } from '../model.ts';
import { manifestName } from '../release.ts';
import { err, ok, type Result } from '../result.ts';
import type { Rollout } from '../rollout.ts';
import type { TargetsMetadata } from './documents.ts';
import { targetPath } from './roles.ts';

export type RolloutRefused = { readonly reason: 'rollout-refused'; readonly why: string };

export function judgeNextRollout(
  next: Rollout,
  published: {
    readonly model: ModelId;
    readonly inForce: Rollout;
    readonly targets: Pick<TargetsMetadata['signed'], 'targets'>;
  },
): Result<void, RolloutRefused> {
  const { model, inForce, targets } = published;
  const refuse = (why: string) => err({ reason: 'rollout-refused', why } as const);
  const isListed = (version: string) =>
    targets.targets[targetPath(model, manifestName(version))] !== undefined;
  if (next.model !== model) return refuse(`The rollout is of ${next.model}, not of ${model}.`);
  const unknown = next.releases.find(({ version }) => !isListed(version));
  if (unknown !== undefined)
    return refuse(`${unknown.version} is not published for ${model}. Publish it first.`);
  const taken = new Map(next.releases.map(({ version, state }) => [version, state]));
  const revived = inForce.releases.find(
    ({ version, state }) => state === 'recalled' && isListed(version) && taken.get(version) !== 'recalled',
  );
  if (revived === undefined) return ok();
  return refuse(
    `${revived.version} was recalled (${revived.why}), which is final. Publish a new version instead.`,
  );
}

/** Begins to offer a release that is published. */
import { ok, type Result } from '../../shared/result.ts';
import type { OperatorClient, OperatorFailure } from '../publish/operator-client.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import {
  type RepositoryOfModel,
  readVerifiedModel,
  type VerificationFailure,
} from '../repository/verified-model.ts';
import { type Offer, startRelease } from './edit-rollout.ts';

export type RolloutPorts = {
  readonly get: Get;
  readonly operator: Pick<OperatorClient, 'putRollout'>;
  readonly nowMs: () => number;
};

/**
 * `kept`: it is in the rollout already, perhaps halted or recalled for a reason; it is left as it stands. The rollout is
 * read anew: what was halted while a package was cut and uploaded must stay so.
 */
export async function beginRollout(
  repository: RepositoryOfModel,
  release: Offer & { readonly version: string },
  { get, operator, nowMs }: RolloutPorts,
): Promise<Result<'started' | 'kept', VerificationFailure | OperatorFailure>> {
  const current = await readVerifiedModel(repository, get);
  if (!current.ok) return current;
  const { rollout: former, rolloutSha256 } = current.value;
  if (former.releases.some(({ version }) => version === release.version)) return ok('kept');
  const rollout = startRelease(former, { ...release, nowMs: nowMs() });
  const put = await operator.putRollout(rollout, rolloutSha256);
  return put.ok ? ok('started') : put;
}

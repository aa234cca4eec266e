/** `PUT …/rollout`: percentage, start, halt or recall of what the targets role lists; signed with the online key. */
import { sha256Hex } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { manifestName } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Rollout, rolloutSchema } from '../../shared/rollout.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import { parseJson } from '../http/body.ts';
import type { Refusal } from '../http/problem.ts';
import { advance } from '../metadata/advance.ts';
import type { TargetsMetadata } from '../metadata/documents.ts';
import { readPublished } from '../metadata/published.ts';
import type { MetadataRepository } from '../metadata/repository.ts';
import { currentRolloutDocument } from '../metadata/rollout-document.ts';
import { readTargets } from '../metadata/stored-targets.ts';
import type { PutOutcome } from '../store/put-once.ts';

export async function acceptRollout(
  repository: MetadataRepository,
  model: ModelId,
  document: Uint8Array<ArrayBuffer>,
): Promise<Result<PutOutcome, Refusal>> {
  const rollout = parseJson(document, rolloutSchema);
  if (!rollout.ok) return rollout;
  const { bucket } = repository;
  const published = await readPublished(bucket, model);
  if (published === null)
    return err({ reason: 'not-found', detail: `Nothing is published for ${model} yet.` });
  const refusal = checkRollout(
    rollout.value,
    model,
    await readTargets(bucket, model, published.state.targetsVersion),
  );
  if (refusal !== null) return err(refusal);
  const inForce = await currentRolloutDocument(bucket, model, published.state);
  if (inForce.hashes.sha256 === (await sha256Hex(document))) return ok('same');
  const advanced = await advance(repository, model, { kind: 'rollout', document });
  return advanced.ok ? ok('stored') : advanced;
}

function checkRollout(rollout: Rollout, model: ModelId, targets: TargetsMetadata['signed']): Refusal | null {
  const refuse = (detail: string): Refusal => ({
    reason: 'rollout-invalid',
    detail: `${detail} Nothing was changed.`,
  });
  if (rollout.model !== model) return refuse(`The rollout is of ${rollout.model}, not of ${model}.`);
  for (const { version } of rollout.releases) {
    if (targets.targets[targetPath(model, manifestName(version))] === undefined) {
      return refuse(`${version} is not published for ${model}.`);
    }
  }
  return null;
}

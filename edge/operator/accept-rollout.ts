/**
 * `PUT …/rollout`: percentage, start, halt or recall of what the targets role lists; signed with the online key.
 *
 * The document is replaced whole, so a writer that read an older one would take back a halt of which it never heard:
 * If-Match names the document that was read (its ETag, `"sha256-<hex>"`), and another one in force is a 412.
 */
import { sha256Hex } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { manifestName } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Rollout, rolloutSchema } from '../../shared/rollout.ts';
import type { TargetsMetadata } from '../../shared/trust/documents.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import { parseJson } from '../http/body.ts';
import { namesStrongly } from '../http/conditions.ts';
import type { Refusal } from '../http/problem.ts';
import { advance, nothingPublished } from '../metadata/advance.ts';
import { readPublished } from '../metadata/published.ts';
import type { MetadataRepository } from '../metadata/repository.ts';
import { currentRolloutDocument, readRolloutDocument } from '../metadata/rollout-document.ts';
import { readTargets } from '../metadata/stored-targets.ts';
import type { PutOutcome } from '../store/put-once.ts';

export async function acceptRollout(
  repository: MetadataRepository,
  model: ModelId,
  upload: { readonly document: Uint8Array<ArrayBuffer>; readonly ifMatch: string | null },
): Promise<Result<PutOutcome, Refusal>> {
  const { document, ifMatch } = upload;
  const rollout = parseJson(document, rolloutSchema);
  if (!rollout.ok) return rollout;
  const { bucket } = repository;
  const published = await readPublished(bucket, model);
  if (published === null) return err(nothingPublished(model));
  const { state } = published;
  const inForce = await currentRolloutDocument(bucket, model, state);
  // Before If-Match: who sends again because the answer was lost has already what it asked for.
  if (inForce.hashes.sha256 === (await sha256Hex(document))) return ok('same');
  if (ifMatch !== null && !namesStrongly(ifMatch, `"sha256-${inForce.hashes.sha256}"`)) return err(another);
  const refusal = checkRollout(rollout.value, model, {
    inForce: await readRolloutDocument(bucket, model, inForce),
    targets: await readTargets(bucket, model, state.targetsVersion),
  });
  if (refusal !== null) return err(refusal);
  const change = { kind: 'rollout', document, follows: state.rolloutVersion } as const;
  const advanced = await advance(repository, model, change);
  return advanced.ok ? ok('stored') : advanced;
}

function checkRollout(
  rollout: Rollout,
  model: ModelId,
  published: { readonly inForce: Rollout; readonly targets: TargetsMetadata['signed'] },
): Refusal | null {
  const refuse = (detail: string): Refusal => ({
    reason: 'rollout-invalid',
    detail: `${detail} Nothing was changed.`,
  });
  const isListed = (version: string) =>
    published.targets.targets[targetPath(model, manifestName(version))] !== undefined;
  if (rollout.model !== model) return refuse(`The rollout is of ${rollout.model}, not of ${model}.`);
  const unknown = rollout.releases.find(({ version }) => !isListed(version));
  if (unknown !== undefined)
    return refuse(`${unknown.version} is not published for ${model}. Publish it first.`);
  const taken = new Map(rollout.releases.map(({ version, state }) => [version, state]));
  const revived = published.inForce.releases.find(
    ({ version, state }) => state === 'recalled' && isListed(version) && taken.get(version) !== 'recalled',
  );
  if (revived === undefined) return null;
  return refuse(
    `${revived.version} was recalled (${revived.why}), which is final. Publish a new version instead.`,
  );
}

const another: Refusal = {
  reason: 'precondition-failed',
  detail:
    'The rollout in force is not the one that If-Match names; nothing was changed. Read it again, change that, and send it.',
};

/**
 * `PUT …/rollout`: percentage, start, halt or recall of what the targets role lists; signed with the online key.
 *
 * The document is replaced whole, so a writer that read an older one would take back a halt of which it never heard:
 * If-Match names the document that was read (its ETag, `"sha256-<hex>"`), and another one in force is a 412.
 */
import { sha256Hex } from '../../shared/digest.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { rolloutSchema } from '../../shared/rollout.ts';
import { judgeNextRollout } from '../../shared/trust/next-rollout.ts';
import { parseJson } from '../http/body.ts';
import { namesStrongly } from '../http/conditions.ts';
import type { Refusal } from '../http/problem.ts';
import { advance, nothingPublished } from '../metadata/advance.ts';
import { readPublished } from '../metadata/published.ts';
import type { MetadataRepository } from '../metadata/repository.ts';
import { currentRolloutDocument, readRolloutDocument } from '../metadata/rollout-document.ts';
import { readTargets } from '../metadata/stored-targets.ts';
import type { PutOutcome } from '../store/put-once.ts';
import type { Deed } from './operator-resource.ts';
import { rolloutDeeds } from './rollout-deeds.ts';

/** `deeds`: what it changes, as the audit log tells it. */
type TakenRollout = { readonly outcome: PutOutcome; readonly deeds: readonly Deed[] };

export async function acceptRollout(
  repository: MetadataRepository,
  model: ModelId,
  upload: { readonly document: Uint8Array<ArrayBuffer>; readonly ifMatch: string | null },
): Promise<Result<TakenRollout, Refusal>> {
  const { document, ifMatch } = upload;
  const rollout = parseJson(document, rolloutSchema);
  if (!rollout.ok) return rollout;
  const { bucket } = repository;
  const published = await readPublished(bucket, model);
  if (published === null) return err(nothingPublished(model));
  const { state } = published;
  const inForce = await currentRolloutDocument(bucket, model, state);
  // Before If-Match: who sends again because the answer was lost has already what it asked for.
  if (inForce.hashes.sha256 === (await sha256Hex(document))) return ok({ outcome: 'same', deeds: [] });
  if (ifMatch !== null && !namesStrongly(ifMatch, `"sha256-${inForce.hashes.sha256}"`)) return err(another);
  const former = await readRolloutDocument(bucket, model, inForce);
  const judged = judgeNextRollout(rollout.value, {
    model,
    inForce: former,
    targets: await readTargets(bucket, model, state.targetsVersion),
  });
  if (!judged.ok)
    return err({ reason: 'rollout-invalid', detail: `${judged.failure.why} Nothing was changed.` });
  const change = { kind: 'rollout', document, follows: state.rolloutVersion } as const;
  const advanced = await advance(repository, model, change);
  if (!advanced.ok) return advanced;
  return ok({ outcome: 'stored', deeds: rolloutDeeds(former, rollout.value) });
}

const another: Refusal = {
  reason: 'precondition-failed',
  detail:
    'The rollout in force is not the one that If-Match names; nothing was changed. Read it again, change that, and send it.',
};

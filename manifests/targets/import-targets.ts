/** Signed targets metadata comes home: published, and what it was signed for begins to roll out. */
import type { ModelId } from '../../shared/model.ts';
import { parseModelId } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { MODEL_FIELD } from '../../shared/trust/roles.ts';
import type { OperatorClient, OperatorFailure } from '../publish/operator-client.ts';
import { signedTargetsText, type TargetsSigningFailure } from '../publish/sign-targets.ts';
import type { VerificationFailure } from '../repository/verified-model.ts';
import { beginRollout, type RolloutPorts } from '../rollout/begin-rollout.ts';
import { mergeSignatures, type SignatureFailure } from '../signing/add-signature.ts';
import type { SigningRequest, TargetsRequest } from '../signing/request.ts';

export type ImportedTargets = {
  readonly model: ModelId;
  readonly targetsVersion: number;
  readonly release: 'published' | 'was-published';
  /** Null for a renewal, which offers nothing new. */
  readonly rollout: 'started' | 'kept' | null;
};

export type ImportFailure =
  | SignatureFailure
  | TargetsSigningFailure
  | OperatorFailure
  | VerificationFailure
  | { readonly reason: 'request-of-no-model' };

/** The repository judges the signatures by its own root; a run that was cut is repeated whole. */
export async function importTargets(
  request: TargetsRequest,
  copies: readonly SigningRequest[],
  repository: { readonly base: string; readonly rootText: string },
  ports: RolloutPorts & { readonly operator: Pick<OperatorClient, 'putTargetsMetadata' | 'putRollout'> },
): Promise<Result<ImportedTargets, ImportFailure>> {
  let merged = request;
  for (const copy of copies) {
    const both = await mergeSignatures(merged, copy);
    if (!both.ok) return both;
    merged = both.value;
  }
  const text = await signedTargetsText(merged);
  if (!text.ok) return text;
  const { version: targetsVersion, [MODEL_FIELD]: named } = merged.next.signed;
  const model = parseModelId(named);
  if (model === null) return { ok: false, failure: { reason: 'request-of-no-model' } };
  const put = await ports.operator.putTargetsMetadata(model, targetsVersion, text.value);
  if (!put.ok) return put;
  const release = put.value === 'stored' ? 'published' : 'was-published';
  if (merged.rollout === null) return ok({ model, targetsVersion, release, rollout: null });
  const rollout = await beginRollout({ ...repository, model }, merged.rollout, ports);
  return rollout.ok ? ok({ model, targetsVersion, release, rollout: rollout.value }) : rollout;
}

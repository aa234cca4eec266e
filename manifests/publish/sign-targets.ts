/** The targets role of a model: all releases so far and what is new, signed with the keys that are at hand. */
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { RootMetadata, TargetsMetadata } from '../../shared/trust/documents.ts';
import type { Signer, TufKey } from '../../shared/trust/keys.ts';
import { expiryOf, MODEL_FIELD, rolloutDelegations, TUF_SPEC_VERSION } from '../../shared/trust/roles.ts';
import { addSignature } from '../signing/add-signature.ts';
import { isComplete, standingsOf } from '../signing/judges.ts';
import type { TargetsRequest } from '../signing/request.ts';
import type { Target } from './release-targets.ts';

export type TargetsKeys = {
  /** Signers of the targets role that are at hand; none where all keys are elsewhere. */
  readonly targets: readonly Signer[];
  readonly rollout: { readonly keyId: string; readonly key: TufKey };
};

export type TargetsSigningFailure = {
  readonly reason: 'targets-signatures-lacking';
  readonly lacking: number;
  readonly unsigned: readonly string[];
};

/** Unsigned metadata that follows `former`, which is verified; nothing of it is dropped. */
export function draftTargets(
  model: ModelId,
  trust: { readonly root: RootMetadata; readonly former: TargetsMetadata | null },
  added: readonly Target[],
  { rollout }: Pick<TargetsKeys, 'rollout'>,
  nowMs: number,
): TargetsRequest {
  const { root, former } = trust;
  const files = { ...former?.signed.targets };
  for (const { path, bytes, sha256 } of added) files[path] = { length: bytes.length, hashes: { sha256 } };
  const signed: TargetsMetadata['signed'] = {
    _type: 'targets',
    spec_version: TUF_SPEC_VERSION,
    version: (former?.signed.version ?? 0) + 1,
    expires: expiryOf('targets', nowMs),
    [MODEL_FIELD]: model,
    targets: files,
    delegations: rolloutDelegations(model, rollout),
  };
  const next = { signatures: [], signed };
  return { format: 'cistern-signing/1', kind: 'targets', root, former, next, rollout: null };
}

/** Adds what the given keys can; keys that the root does not name are left out. */
export async function signWith(request: TargetsRequest, signers: readonly Signer[]): Promise<TargetsRequest> {
  let signed = request;
  for (const signer of signers) {
    const added = await addSignature(signed, signer);
    if (added.ok) signed = added.value;
  }
  return signed;
}

/** The exact text of the metadata, once enough keys signed it. */
export async function signedTargetsText(
  request: TargetsRequest,
): Promise<Result<string, TargetsSigningFailure>> {
  const standings = await standingsOf(request);
  const [standing] = standings;
  if (standing === undefined) throw new Error('targets have one judge');
  if (isComplete(standings)) return ok(JSON.stringify(request.next));
  const { lacking, unsigned } = standing;
  return err({ reason: 'targets-signatures-lacking', lacking, unsigned });
}

/** The targets role of a model, signed offline: all releases so far and the new one. */
import type { ModelId } from '../../shared/model.ts';
import type { Signer, TufKey } from '../../shared/trust/keys.ts';
import { expiryOf, MODEL_FIELD, rolloutDelegations, TUF_SPEC_VERSION } from '../../shared/trust/roles.ts';
import { signMetadata } from '../../shared/trust/sign.ts';
import type { TargetFile } from '../repository/verified-model.ts';
import type { Target } from './release-targets.ts';

export type TargetsKeys = {
  readonly targets: Signer;
  readonly rollout: { readonly keyId: string; readonly key: TufKey };
};

/** `former` is the verified role it follows; nothing of it is dropped. */
export function signTargets(
  model: ModelId,
  former: { readonly version: number; readonly files: Readonly<Record<string, TargetFile>> },
  added: readonly Target[],
  keys: TargetsKeys,
  nowMs: number,
): Promise<string> {
  const files = { ...former.files };
  for (const { path, bytes, sha256 } of added) files[path] = { length: bytes.length, hashes: { sha256 } };
  const signed = {
    _type: 'targets',
    spec_version: TUF_SPEC_VERSION,
    version: former.version + 1,
    expires: expiryOf('targets', nowMs),
    [MODEL_FIELD]: model,
    targets: files,
    delegations: rolloutDelegations(model, keys.rollout),
  };
  return signMetadata(signed, [keys.targets]);
}

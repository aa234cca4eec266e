/** The targets role of a model, signed offline: all releases so far and the new one. */
import type { ModelId } from '../../shared/model.ts';
import type { Signer, TufKey } from '../../shared/trust/keys.ts';
import { EXPIRES_AFTER_MS, MODEL_FIELD, rolloutPaths, TUF_SPEC_VERSION } from '../../shared/trust/roles.ts';
import { signMetadata } from '../../shared/trust/sign.ts';
import { expiryAfter } from '../keys/expiry.ts';
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
    expires: expiryAfter(nowMs, EXPIRES_AFTER_MS.targets),
    [MODEL_FIELD]: model,
    targets: files,
    delegations: {
      keys: { [keys.rollout.keyId]: keys.rollout.key },
      roles: [
        {
          name: 'rollout',
          keyids: [keys.rollout.keyId],
          threshold: 1,
          terminating: true,
          paths: rolloutPaths(model),
        },
      ],
    },
  };
  return signMetadata(signed, [keys.targets]);
}

/** The first root of trust: 2 of 3 offline keys for itself, one offline for targets, two online (design 5). */
import type { Signer } from '../../shared/trust/keys.ts';
import { expiryOf, ROOT_THRESHOLD, TUF_SPEC_VERSION } from '../../shared/trust/roles.ts';
import { signMetadata } from '../../shared/trust/sign.ts';

export type RootRoles = {
  readonly root: readonly Signer[];
  readonly targets: Signer;
  readonly snapshot: Signer;
  readonly timestamp: Signer;
};

/** `1.root.json`, signed by as many root keys as its threshold asks for. */
export function signFirstRoot(roles: RootRoles, nowMs: number): Promise<string> {
  const online = [roles.snapshot, roles.timestamp];
  const keys = [...roles.root, roles.targets, ...online].map(({ keyId, key }) => [keyId, key] as const);
  const single = ({ keyId }: Signer) => ({ keyids: [keyId], threshold: 1 });
  const signed = {
    _type: 'root',
    spec_version: TUF_SPEC_VERSION,
    version: 1,
    expires: expiryOf('root', nowMs),
    consistent_snapshot: true,
    keys: Object.fromEntries(keys),
    roles: {
      root: { keyids: roles.root.map(({ keyId }) => keyId), threshold: ROOT_THRESHOLD },
      targets: single(roles.targets),
      snapshot: single(roles.snapshot),
      timestamp: single(roles.timestamp),
    },
  };
  return signMetadata(signed, roles.root.slice(0, ROOT_THRESHOLD));
}

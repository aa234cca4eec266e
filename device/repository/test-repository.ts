/**
 * A repository of one model, signed as the publisher and the Worker sign theirs (shared/trust).
 * Everything that a test wants to be wrong is a field it may change before it signs again.
 */
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import type { PollAnswer } from '../../shared/poll.ts';
import { modelEntry } from '../../shared/test-documents.ts';
import { generatePrivateKey, type Signer, signerOf } from '../../shared/trust/keys.ts';
import {
  expiryOf,
  MODEL_FIELD,
  type Role,
  rolloutDelegations,
  TUF_SPEC_VERSION,
  targetPath,
} from '../../shared/trust/roles.ts';
import { signMetadata } from '../../shared/trust/sign.ts';
import { TEST_MODEL } from '../stage/test-package.ts';

export type Keys = Readonly<Record<Exclude<Role, 'root'>, Signer>> & { readonly root: readonly Signer[] };

export async function someKeys(): Promise<Keys> {
  const one = async () => signerOf(await generatePrivateKey());
  const root = await Promise.all([one(), one(), one()]);
  const [targets, snapshot, timestamp, rollout] = await Promise.all([one(), one(), one(), one()]);
  return { root, targets, snapshot, timestamp, rollout };
}

export async function signRoot(
  keys: Keys,
  version = 1,
  signers: readonly Signer[] = keys.root.slice(0, 2),
  expires = expiryOf('root', SIGNED_AT_MS),
): Promise<string> {
  const roleOf = (role: readonly Signer[], threshold: number) => ({
    keyids: role.map((signer) => signer.keyId),
    threshold,
  });
  const all = [...keys.root, keys.targets, keys.snapshot, keys.timestamp];
  const signed = {
    _type: 'root',
    spec_version: TUF_SPEC_VERSION,
    version,
    expires,
    consistent_snapshot: true,
    keys: Object.fromEntries(all.map((signer) => [signer.keyId, signer.key])),
    roles: {
      root: roleOf(keys.root, 2),
      targets: roleOf([keys.targets], 1),
      snapshot: roleOf([keys.snapshot], 1),
      timestamp: roleOf([keys.timestamp], 1),
    },
  };
  return signMetadata(signed, signers);
}

export type TestRepository = {
  readonly keys: Keys;
  readonly model: ModelId;
  /** Texts of `2.root.json` and after. */
  readonly laterRoots: string[];
  /** Offline targets by name. */
  readonly documents: Record<string, Uint8Array>;
  rollout: Uint8Array;
  version: Record<Exclude<Role, 'root'>, number>;
  /** RFC 3339, where not the usual. */
  readonly expires: Partial<Record<Role, string>>;
  /** Signers that are not the right ones. */
  readonly signers: Partial<Record<Role, Signer>>;
  /** What becomes of a role's text after it was signed, before another role lists it. */
  readonly altered: Partial<Record<Role, (text: string) => string>>;
  /** The `x-model` that is signed; null signs none. */
  boundTo: string | null;
  readonly signAll: () => Promise<Required<Omit<PollAnswer, 'roots' | 'format'>>>;
};

export function aRepository(keys: Keys, model = parseModelId(TEST_MODEL) as ModelId): TestRepository {
  const repository: TestRepository = {
    keys,
    model,
    laterRoots: [],
    documents: { 'model.json': jsonBytes(modelEntry({ model })) },
    rollout: jsonBytes({ format: 'cistern-rollout/1', model, releases: [] }),
    version: { targets: 1, snapshot: 1, timestamp: 1, rollout: 1 },
    expires: {},
    signers: {},
    altered: {},
    boundTo: model,
    signAll: () => signAll(repository),
  };
  return repository;
}

async function signAll(repository: TestRepository) {
  const { keys, model, version, rollout, documents } = repository;
  const sign = async (role: Exclude<Role, 'root'>, type: string, fields: object) => {
    const text = await signMetadata(
      {
        _type: type,
        spec_version: TUF_SPEC_VERSION,
        version: version[role],
        expires: repository.expires[role] ?? expiryOf(role, SIGNED_AT_MS),
        ...(repository.boundTo === null ? {} : { [MODEL_FIELD]: repository.boundTo }),
        ...fields,
      },
      [repository.signers[role] ?? keys[role]],
    );
    return repository.altered[role]?.(text) ?? text;
  };
  const delegations = rolloutDelegations(model, keys.rollout);
  const rolloutText = await sign('rollout', 'targets', {
    targets: await listed(model, { 'rollout.json': rollout }),
  });
  const targets = await sign('targets', 'targets', { targets: await listed(model, documents), delegations });
  const meta = {
    'targets.json': await described(targets, version.targets),
    'rollout.json': await described(rolloutText, version.rollout),
  };
  const snapshot = await sign('snapshot', 'snapshot', { meta });
  const timestamp = await sign('timestamp', 'timestamp', {
    meta: { 'snapshot.json': await described(snapshot, version.snapshot) },
  });
  return { timestamp, snapshot, targets, rollout: rolloutText };
}

async function listed(model: ModelId, documents: Readonly<Record<string, Uint8Array>>) {
  const entries = Object.entries(documents).map(async ([name, bytes]) => {
    const hashes = { sha256: await sha256Hex(bytes) };
    return [targetPath(model, name), { length: bytes.length, hashes }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function described(text: string, version: number) {
  const bytes = utf8(text);
  return { version, length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } };
}

/** One instant for all, so that what is signed again without a change is the same text. */
const SIGNED_AT_MS = Date.now();

export function jsonBytes(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}

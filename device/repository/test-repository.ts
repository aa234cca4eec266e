/**
 * A repository of one model, signed as the publisher and the Worker sign theirs (shared/trust).
 * Everything that a test wants to be wrong is a field it may change before it signs again.
 */
import { utf8 } from '../../shared/bytes.ts';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { type ModelId, parseModelId } from '../../shared/model.ts';
import type { PollAnswer } from '../../shared/poll.ts';
import { generatePrivateKey, type Signer, signerOf } from '../../shared/trust/keys.ts';
import {
  EXPIRES_AFTER_MS,
  MODEL_FIELD,
  type Role,
  rolloutPaths,
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
  expires = expiry('root'),
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
  /** The `x-model` that is signed; null signs none. */
  boundTo: string | null;
  readonly signAll: () => Promise<Required<Omit<PollAnswer, 'roots' | 'format'>>>;
};

export function aRepository(keys: Keys, model = parseModelId(TEST_MODEL) as ModelId): TestRepository {
  const repository: TestRepository = {
    keys,
    model,
    laterRoots: [],
    documents: { 'model.json': jsonBytes(anEntry(model)) },
    rollout: jsonBytes({ format: 'cistern-rollout/1', model, releases: [] }),
    version: { targets: 1, snapshot: 1, timestamp: 1, rollout: 1 },
    expires: {},
    signers: {},
    boundTo: model,
    signAll: () => signAll(repository),
  };
  return repository;
}

async function signAll(repository: TestRepository) {
  const { keys, model, version, rollout, documents } = repository;
  const sign = (role: Exclude<Role, 'root'>, type: string, fields: object) =>
    signMetadata(
      {
        _type: type,
        spec_version: TUF_SPEC_VERSION,
        version: version[role],
        expires: repository.expires[role] ?? expiry(role),
        ...(repository.boundTo === null ? {} : { [MODEL_FIELD]: repository.boundTo }),
        ...fields,
      },
      [repository.signers[role] ?? keys[role]],
    );
  const delegations = {
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
  };
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

function expiry(role: Role): string {
  return new Date(SIGNED_AT_MS + EXPIRES_AFTER_MS[role]).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function jsonBytes(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}

export function anEntry(model: string): ModelEntry {
  return {
    format: 'cistern-model/1',
    model: model as ModelId,
    vendor: 'quectel',
    name: 'EC25-EU',
    hardware: 'EC25EUGA',
    flash: 'M4G',
    chip: 'MDM9607',
    flashMethod: 'firehose-nand',
    storage: { type: 'nand', pageBytes: 2048, pagesPerBlock: 64, totalPages: 131_072 },
    usb: { normal: ['2c7c:0125'], edl: ['05c6:9008'], diagInterface: 0, atInterface: 2 },
    programmerImageId: 13,
    protectedRanges: [{ name: 'EFS2', startSector: 1280, sectorCount: 8704 }],
    edges: [],
    knownIssues: [],
    routers: [],
    sources: ['a test'],
  };
}

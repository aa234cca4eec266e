/** A publisher for tests: offline keys, roots, releases and targets metadata as `cistern-repo` would send them. */

import { type OnlineSigners, onlineSignersOf } from '../../edge/metadata/online-signers.ts';
import { encodeIndex } from '../../shared/caibx.ts';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { CHUNK_AVERAGE_BYTES, CHUNK_MAX_BYTES, CHUNK_MIN_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { MODEL, modelEntry, NEW, OLD, releaseManifest } from '../../shared/test-documents.ts';
import { generatePrivateKey, type Signer, signerOf } from '../../shared/trust/keys.ts';
import {
  consistentTargetPath,
  expiryOf,
  MODEL_FIELD,
  rolloutDelegations,
  TUF_SPEC_VERSION,
} from '../../shared/trust/roles.ts';
import { signMetadata } from '../../shared/trust/sign.ts';
import { onlineKeys } from './secrets.ts';
import { START_MS } from './start.ts';
import { rawFrame } from './zstd-frame.ts';

export const EUGA = MODEL;
export const EFA = 'quectel/ec25efa-m4g' as ModelId;
export const R06 = OLD;
export const R08 = NEW;

export type Publisher = { readonly root: readonly Signer[]; readonly targets: Signer };
export async function aPublisher(): Promise<Publisher> {
  const [a, b, c, targets] = await Promise.all(
    [0, 1, 2, 3].map(async () => signerOf(await generatePrivateKey())),
  );
  return { root: [a, b, c] as Signer[], targets: targets as Signer };
}

export function workerSigners(keys = onlineKeys): Promise<OnlineSigners> {
  return onlineSignersOf(keys);
}

type RootOptions = {
  readonly version?: number;
  readonly expires?: string;
  readonly signedBy?: readonly Signer[];
  readonly online?: OnlineSigners;
  readonly consistent?: boolean;
  readonly keyIds?: (id: string) => string;
};

/** A signed root of this publisher: 2 of 3, targets, and the Worker's online keys. */
export async function aRoot(publisher: Publisher, options: RootOptions = {}): Promise<string> {
  const online = options.online ?? (await workerSigners());
  const named = options.keyIds ?? ((id: string) => id);
  const role = (signers: readonly Signer[], threshold: number) => ({
    keyids: signers.map(({ keyId }) => named(keyId)),
    threshold,
  });
  const all = [...publisher.root, publisher.targets, online.snapshot, online.timestamp];
  return signMetadata(
    {
      _type: 'root',
      spec_version: TUF_SPEC_VERSION,
      version: options.version ?? 1,
      expires: options.expires ?? expiryOf('root', START_MS),
      consistent_snapshot: options.consistent ?? true,
      keys: Object.fromEntries(all.map(({ keyId, key }) => [named(keyId), key])),
      roles: {
        root: role(publisher.root, 2),
        targets: role([publisher.targets], 1),
        snapshot: role([online.snapshot], 1),
        timestamp: role([online.timestamp], 1),
      },
    },
    options.signedBy ?? publisher.root.slice(0, 2),
  );
}

export type Target = { readonly path: string; readonly bytes: Uint8Array<ArrayBuffer> };
export type Chunk = {
  readonly id: string;
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly sizeBytes: number;
};
export type Release = {
  readonly manifest: ReleaseManifest;
  readonly targets: readonly Target[];
  readonly chunks: readonly Chunk[];
};

export async function aChunk(content: Uint8Array): Promise<Chunk> {
  return { id: await sha256Hex(content), stored: rawFrame(content), sizeBytes: content.length };
}

/** Bytes that differ with `seed` and compress badly. */
export function someBytes(seed: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < sizeBytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** A release of two small chunks, whole and consistent. */
export async function aRelease(
  version: string,
  options: {
    readonly model?: ModelId;
    readonly manifest?: Partial<ReleaseManifest>;
    readonly seed?: number;
  } = {},
): Promise<Release> {
  const model = options.model ?? EUGA;
  const seed = options.seed ?? version.length;
  const chunks = await Promise.all([aChunk(someBytes(seed, 3000)), aChunk(someBytes(seed + 1, 2000))]);
  const sizeBytes = 5000;
  const index = encodeIndex({
    minBytes: CHUNK_MIN_BYTES,
    averageBytes: CHUNK_AVERAGE_BYTES,
    maxBytes: CHUNK_MAX_BYTES,
    chunks: chunks.map(({ id, sizeBytes }, i) => ({ id, offsetBytes: i * 3000, sizeBytes })),
  });
  const manifest = releaseManifest({
    model,
    version,
    package: {
      index: `${model}/${version}.caibx`,
      sizeBytes,
      sha256: 'b'.repeat(64),
      chunkCount: 2,
      storedBytes: chunks.reduce((sum, { stored }) => sum + stored.length, 0),
    },
    ...options.manifest,
  });
  const targets = [
    { path: `${model}/${version}.json`, bytes: json(manifest) },
    { path: `${model}/${version}.caibx`, bytes: index },
  ];
  return { manifest, targets, chunks };
}

export function anEntry(model: ModelId = EUGA): ModelEntry {
  const hardware = (model.split('/')[1]?.split('-')[0] ?? '').toUpperCase();
  return modelEntry({ model, name: `Quectel ${hardware}`, hardware });
}

export function entryTarget(model: ModelId = EUGA): Target {
  return { path: `${model}/model.json`, bytes: json(anEntry(model)) };
}

export function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value)) as Uint8Array<ArrayBuffer>;
}

/** Path a target is uploaded to and served at. */
export async function consistentPath({ path, bytes }: Target): Promise<string> {
  return consistentTargetPath(path, await sha256Hex(bytes));
}

type TargetsOptions = {
  readonly model?: ModelId;
  readonly version?: number;
  readonly expires?: string;
  readonly signer?: Signer;
  readonly targets?: readonly Target[];
  readonly signed?: Record<string, unknown>;
  readonly rollout?: Signer;
};

/** Signed targets metadata; `signed` overrides members of the signed part. */
export async function aTargets(publisher: Publisher, options: TargetsOptions = {}): Promise<string> {
  const model = options.model ?? EUGA;
  const rollout = options.rollout ?? (await workerSigners()).rollout;
  const listed = await Promise.all(
    (options.targets ?? [entryTarget(model)]).map(async ({ path, bytes }) => [
      path,
      { length: bytes.length, hashes: { sha256: await sha256Hex(bytes) } },
    ]),
  );
  return signMetadata(
    {
      _type: 'targets',
      spec_version: TUF_SPEC_VERSION,
      version: options.version ?? 1,
      expires: options.expires ?? expiryOf('targets', START_MS),
      [MODEL_FIELD]: model,
      targets: Object.fromEntries(listed),
      delegations: rolloutDelegations(model, rollout),
      ...options.signed,
    },
    [options.signer ?? publisher.targets],
  );
}

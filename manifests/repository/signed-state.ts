/**
 * A model's metadata as it is signed, expired or not. A TUF client would refuse it in the two cases in which it has to
 * be signed anew: when it expired, and when a newer root dropped the key that signed it. So it is judged here by the
 * chain of roots: some root of it must have named the keys, and who drops a key after a theft is told that it was used.
 */
import { fromUtf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import {
  ROOT_MAX_BYTES,
  SNAPSHOT_MAX_BYTES,
  TARGETS_MAX_BYTES,
  TIMESTAMP_MAX_BYTES,
} from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import {
  type RootMetadata,
  type SnapshotMetadata,
  snapshotSchema,
  type TargetsMetadata,
  type TimestampMetadata,
  targetsSchema,
  timestampSchema,
} from '../../shared/trust/documents.ts';
import { MODEL_FIELD, metadataFile } from '../../shared/trust/roles.ts';
import { isSignedBy } from '../../shared/trust/signed-by.ts';
import type { RootFile } from '../keys/roots.ts';
import { parseRoot } from '../keys/roots.ts';
import { ROOT_FILES_MAX } from '../limits.ts';
import { metadataBase } from './addresses.ts';
import type { FetchFailure, Get } from './metadata-fetcher.ts';

export type SignedState = {
  /** The newest root, of the key directory or of the repository. */
  readonly root: RootMetadata;
  readonly timestamp: TimestampMetadata;
  readonly snapshot: SnapshotMetadata;
  readonly targets: TargetsMetadata;
  /** Version of the newest root whose targets role signed it. */
  readonly signedUnderRoot: number;
};

export type SignedStateFailure =
  | FetchFailure
  | { readonly reason: 'metadata-rejected'; readonly why: string }
  | { readonly reason: 'model-not-published'; readonly model: ModelId };

export type StateSource = {
  readonly base: string;
  readonly model: ModelId;
  /** Roots that the caller trusts, the newest last. */
  readonly roots: readonly Pick<RootFile, 'root'>[];
};

export async function readSignedState(
  source: StateSource,
  get: Get,
): Promise<Result<SignedState, SignedStateFailure>> {
  const chain = await followRoots(source, get);
  if (!chain.ok) return chain;
  const file = (name: string, maxBytes: number) =>
    readFile(`${metadataBase(source.base, source.model)}/${name}`, maxBytes, get);

  const timestampBytes = await file('timestamp.json', TIMESTAMP_MAX_BYTES);
  if (!timestampBytes.ok) return timestampBytes;
  if (timestampBytes.value === null) return err({ reason: 'model-not-published', model: source.model });
  const timestamp = timestampSchema.safeParse(parseJson(timestampBytes.value));
  if (!timestamp.success || !(await signedUnder(chain.value, 'timestamp', timestamp.data)))
    return reject('timestamp.json is not signed by a timestamp key');

  const listed = timestamp.data.signed.meta['snapshot.json'];
  const snapshotName = metadataFile('snapshot', listed.version);
  const snapshotBytes = await file(snapshotName, SNAPSHOT_MAX_BYTES);
  if (!snapshotBytes.ok) return snapshotBytes;
  const snapshot = snapshotSchema.safeParse(parseJson(snapshotBytes.value));
  if (!(await isListed(snapshotBytes.value, listed)) || !snapshot.success)
    return reject(`${snapshotName} is not what the timestamp lists`);
  if (!(await signedUnder(chain.value, 'snapshot', snapshot.data)))
    return reject(`${snapshotName} is not signed by a snapshot key`);

  const wanted = snapshot.data.signed.meta['targets.json'];
  const targetsName = metadataFile('targets', wanted.version);
  const targetsBytes = await file(targetsName, TARGETS_MAX_BYTES);
  if (!targetsBytes.ok) return targetsBytes;
  const targets = targetsSchema.safeParse(parseJson(targetsBytes.value));
  if (!(await isListed(targetsBytes.value, wanted)) || !targets.success)
    return reject(`${targetsName} is not what the snapshot lists`);
  const roles = [timestamp.data, snapshot.data, targets.data];
  if (roles.some(({ signed }) => signed[MODEL_FIELD] !== source.model))
    return reject('it is metadata of another model');
  const signedUnderRoot = await signedUnder(chain.value, 'targets', targets.data);
  const root = chain.value.at(-1);
  if (signedUnderRoot === null || root === undefined)
    return reject(`${targetsName} is not signed by a targets key of any root`);
  return ok({
    root,
    timestamp: timestamp.data,
    snapshot: snapshot.data,
    targets: targets.data,
    signedUnderRoot,
  });
}

/** The roots of the key directory, and those that the repository has after them, each signed by the one before. */
export async function followRoots(
  { base, model, roots }: StateSource,
  get: Get,
): Promise<Result<readonly RootMetadata[], SignedStateFailure>> {
  const chain = roots.map(({ root }) => root);
  for (
    let newest = chain.at(-1);
    newest !== undefined && chain.length < ROOT_FILES_MAX;
    newest = chain.at(-1)
  ) {
    const name = metadataFile('root', newest.signed.version + 1);
    const bytes = await readFile(`${metadataBase(base, model)}/${name}`, ROOT_MAX_BYTES, get);
    if (!bytes.ok) return bytes;
    if (bytes.value === null) break;
    const next = parseRoot(fromUtf8(bytes.value) ?? '');
    const follows =
      next !== null &&
      next.signed.version === newest.signed.version + 1 &&
      (await isSignedBy(newest.signed.roles.root, newest.signed.keys, next)) &&
      (await isSignedBy(next.signed.roles.root, next.signed.keys, next));
    if (!follows) return reject(`${name} does not follow the root before it`);
    chain.push(next);
  }
  return ok(chain);
}

/** The bytes; null for a file that is not there. */
async function readFile(
  url: string,
  maxBytes: number,
  get: Get,
): Promise<Result<Uint8Array<ArrayBuffer> | null, FetchFailure>> {
  const answer = await get(url, maxBytes);
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 200) return ok(body);
  return status === 404 || status === 403 ? ok(null) : err({ reason: 'metadata-missing', url, status });
}

/** Version of the newest root of the chain whose role signed the metadata. */
async function signedUnder(
  chain: readonly RootMetadata[],
  role: 'timestamp' | 'snapshot' | 'targets',
  metadata: Parameters<typeof isSignedBy>[2],
): Promise<number | null> {
  for (const { signed } of [...chain].reverse()) {
    if (await isSignedBy(signed.roles[role], signed.keys, metadata)) return signed.version;
  }
  return null;
}

async function isListed(
  bytes: Uint8Array<ArrayBuffer> | null,
  { length, hashes }: { readonly length: number; readonly hashes: { readonly sha256: string } },
): Promise<boolean> {
  return bytes !== null && bytes.length === length && (await sha256Hex(bytes)) === hashes.sha256;
}

function parseJson(bytes: Uint8Array | null): unknown {
  try {
    return JSON.parse((bytes === null ? null : fromUtf8(bytes)) ?? 'null');
  } catch {
    return null;
  }
}

function reject(why: string): Result<never, SignedStateFailure> {
  return err({ reason: 'metadata-rejected', why });
}

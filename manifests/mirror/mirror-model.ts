/**
 * Copies one model's repository into a store: verified from its root on the way, only what is missing, and in the order
 * in which it may be seen: chunks, targets, metadata, and the timestamp last. What is verified by the same root there as
 * here needs no trust in who carried it.
 */

import { chunkKey, targetKey } from '../../shared/bucket-keys.ts';
import { type ChunkReference, parseIndex } from '../../shared/caibx.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import type { ModelId } from '../../shared/model.ts';
import { indexName } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ROLLOUT_NAME } from '../../shared/rollout.ts';
import { consistentTargetPath, targetPath } from '../../shared/trust/roles.ts';
import { inParallel } from '../http/in-parallel.ts';
import { DOWNLOADS_IN_FLIGHT } from '../limits.ts';
import { contentOfChunk } from '../package/check-chunk.ts';
import { chunkUrl, metadataBase } from '../repository/addresses.ts';
import type { Get } from '../repository/metadata-fetcher.ts';
import {
  type RepositoryOfModel,
  readVerifiedModel,
  type TargetFailure,
  type VerificationFailure,
  type VerifiedModel,
} from '../repository/verified-model.ts';
import type { ObjectStore, StoreFailure } from '../store/object-store.ts';
import { type Carried, carriedKey, noteCarried, readCarried } from './carried.ts';
import { type CopyMetadataFailure, copyRoots, type Shown, showMetadata } from './copy-metadata.ts';
import { recordGet } from './recorded-get.ts';

export type Mirrored = {
  readonly model: ModelId;
  readonly releases: number;
  readonly copiedChunks: number;
  readonly copiedBytes: number;
  readonly sharedChunks: number;
  readonly metadata: Shown;
};

export type MirrorFailure =
  | VerificationFailure
  | TargetFailure
  | StoreFailure
  | CopyMetadataFailure
  | { readonly reason: 'chunk-missing-in-source'; readonly id: string; readonly status: number }
  | { readonly reason: 'chunk-altered-in-source'; readonly id: string }
  | { readonly reason: 'index-unreadable'; readonly path: string };

export type MirrorProgress = (doneChunks: number, totalChunks: number) => void;

/** `wanted`: versions whose packages are carried, beside the manifests of all; null for all that the source carries. */
export async function mirrorModel(
  source: RepositoryOfModel,
  get: Get,
  destination: ObjectStore,
  wanted: readonly string[] | null,
  onProgress: MirrorProgress,
): Promise<Result<Mirrored, MirrorFailure>> {
  const { base, model } = source;
  const recording = recordGet(get, (url) => url.startsWith(metadataBase(base, model)));
  const verified = await readVerifiedModel(source, recording.get);
  if (!verified.ok) return verified;
  const there = wanted === null ? await readCarried(get, source) : ok(new Set(wanted));
  if (!there.ok) return there;
  const carried = targetsToCarry(verified.value, there.value);
  const chunks = await readChunkList(verified.value, carried);
  if (!chunks.ok) return chunks;
  const copied = await copyChunks(base, chunks.value, get, destination, onProgress);
  if (!copied.ok) return copied;
  const targets = await copyTargets(verified.value, carried, destination);
  if (!targets.ok) return targets;
  const roots = await copyRoots(source, recording, get, destination);
  if (!roots.ok) return roots;
  // Until the metadata is shown, a `gc` beside takes what was copied or found: what it took by now is copied again.
  const again = await copyChunks(base, chunks.value, get, destination, () => {});
  if (!again.ok) return again;
  const noted = await noteCarried(verified.value, destination);
  if (!noted.ok) return noted;
  const metadata = await showMetadata(verified.value, base, recording, destination);
  if (!metadata.ok) return metadata;
  if (noted.value.isWhole && metadata.value !== 'is-newer') {
    const gone = await destination.remove(carriedKey(model));
    if (!gone.ok) return gone;
  }
  const releases = carried.filter((path) => path.endsWith('.caibx')).length;
  return ok({ model, releases, ...sumOf(copied.value, again.value), metadata: metadata.value });
}

type Copied = Pick<Mirrored, 'copiedChunks' | 'copiedBytes' | 'sharedChunks'>;

function sumOf(first: Copied, again: Copied): Copied {
  const copiedChunks = first.copiedChunks + again.copiedChunks;
  const copiedBytes = first.copiedBytes + again.copiedBytes;
  return { copiedChunks, copiedBytes, sharedChunks: Math.max(0, first.sharedChunks - again.copiedChunks) };
}

/** Devices read every manifest before they choose; of packages, they need the chosen one's alone. */
function targetsToCarry({ model, targets }: VerifiedModel, wanted: Carried): string[] {
  const indexes =
    wanted === null ? null : new Set([...wanted].map((version) => targetPath(model, indexName(version))));
  const isCarried = (path: string) => indexes === null || !path.endsWith('.caibx') || indexes.has(path);
  return Object.keys(targets).filter(isCarried);
}

async function readChunkList(
  model: VerifiedModel,
  paths: readonly string[],
): Promise<Result<ReadonlyMap<string, ChunkReference>, MirrorFailure>> {
  const chunks = new Map<string, ChunkReference>();
  for (const path of paths.filter((name) => name.endsWith('.caibx'))) {
    const bytes = await model.readTarget(path);
    if (!bytes.ok) return bytes;
    const index = parseIndex(bytes.value);
    if (!index.ok) return err({ reason: 'index-unreadable', path });
    for (const chunk of index.value.chunks) chunks.set(chunk.id, chunk);
  }
  return ok(chunks);
}

async function copyChunks(
  base: string,
  chunks: ReadonlyMap<string, ChunkReference>,
  get: Get,
  destination: ObjectStore,
  onProgress: MirrorProgress,
): Promise<Result<Copied, MirrorFailure>> {
  let copiedChunks = 0;
  let copiedBytes = 0;
  let done = 0;
  const copyOne = async (chunk: ChunkReference): Promise<Result<void, MirrorFailure>> => {
    const { id } = chunk;
    const has = await destination.has(chunkKey(id));
    if (!has.ok || has.value) return has.ok ? ok() : has;
    const answer = await get(chunkUrl(base, id), CHUNK_STORED_MAX_BYTES);
    if (!answer.ok) return answer;
    const { status, body } = answer.value;
    if (status !== 200) return err({ reason: 'chunk-missing-in-source', id, status });
    if ((await contentOfChunk(chunk, body)) === null) return err({ reason: 'chunk-altered-in-source', id });
    const put = await destination.create(chunkKey(id), body);
    if (!put.ok) return put;
    copiedChunks++;
    copiedBytes += body.length;
    return ok();
  };
  const all = await inParallel(chunks.values(), DOWNLOADS_IN_FLIGHT, async (chunk) => {
    const copied = await copyOne(chunk);
    onProgress(++done, chunks.size);
    return copied;
  });
  return all.ok ? ok({ copiedChunks, copiedBytes, sharedChunks: chunks.size - copiedChunks }) : all;
}

async function copyTargets(
  model: VerifiedModel,
  paths: readonly string[],
  destination: ObjectStore,
): Promise<Result<void, MirrorFailure>> {
  const rolloutPath = targetPath(model.model, ROLLOUT_NAME);
  const listed = [
    ...paths.map((path) => [path, model.targets[path]?.hashes.sha256 ?? ''] as const),
    [rolloutPath, model.rolloutSha256] as const,
  ];
  return inParallel(
    listed,
    DOWNLOADS_IN_FLIGHT,
    async ([path, sha256]): Promise<Result<void, MirrorFailure>> => {
      const key = targetKey(model.model, consistentTargetPath(path, sha256));
      const has = await destination.has(key);
      if (!has.ok || has.value) return has.ok ? ok() : has;
      const bytes = await model.readTarget(path);
      if (!bytes.ok) return bytes;
      const put = await destination.create(key, bytes.value);
      return put.ok ? ok() : put;
    },
  );
}

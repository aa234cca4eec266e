/**
 * Whether everything that targets metadata promises is stored: each target, and each chunk of each package. What the
 * version before already promised was checked then, and nothing is ever deleted from under it. Chunks are looked for by
 * themselves: before the metadata is stored, `gc` may take them still.
 */
import { parseIndex } from '../../shared/caibx.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { TargetsMetadata } from '../../shared/trust/documents.ts';
import { targetKind, targetName } from '../../shared/trust/target-path.ts';
import { findFirstMissing } from '../chunks/find-missing.ts';
import type { Refusal } from '../http/problem.ts';
import { CHUNK_LISTINGS_MAX, TARGETS_ADDED_MAX } from '../limits.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { storedSha256 } from '../store/put-once.ts';
import {
  type ListedTarget,
  manifestsOf,
  type ReleaseTarget,
  readManifest,
  storedAt,
} from './stored-targets.ts';

type Signed = TargetsMetadata['signed'];

/** Targets alone; answers the releases that are new. */
export async function checkTargetsStored(
  bucket: ObjectStore,
  model: ModelId,
  next: Signed,
  before: Signed | null,
): Promise<Result<readonly ReleaseTarget[], Refusal>> {
  const isUnchanged = (path: string) => {
    const file = next.targets[path];
    return file !== undefined && before?.targets[path]?.hashes.sha256 === file.hashes.sha256;
  };
  const added = Object.entries(next.targets)
    .map(([path, file]) => ({ path, file }))
    .filter(({ path }) => !isUnchanged(path));
  const changed = added.find(({ path }) => before?.targets[path] !== undefined && isOfRelease(model, path));
  if (changed !== undefined)
    return refuse(
      `${changed.path} is published with other content, and a release never changes. Publish a new version.`,
    );
  if (added.length > TARGETS_ADDED_MAX) {
    const detail = `It adds ${added.length} targets; publish at most ${TARGETS_ADDED_MAX} at a time.`;
    return err({ reason: 'metadata-invalid', detail });
  }
  const missing = await findMissingTarget(bucket, model, added);
  if (missing !== null) return err(missing);

  const releases: ReleaseTarget[] = [];
  for (const target of manifestsOf(next, model)) {
    if (isUnchanged(target.path) && isUnchanged(indexPathOf(target))) continue;
    const release = await readManifest(bucket, model, target);
    const named = checkIndexName(next, release);
    if (!named.ok) return named;
    releases.push(release);
  }
  return ok(releases);
}

/** Manifest, index and chunks of every new release. */
export async function checkPackagesStored(
  bucket: ObjectStore,
  model: ModelId,
  next: Signed,
  releases: readonly ReleaseTarget[],
): Promise<Result<void, Refusal>> {
  let listingsLeft = CHUNK_LISTINGS_MAX;
  for (const release of releases) {
    const held = await checkPackage(bucket, model, next, { release, listingsLeft });
    if (!held.ok) return held;
    listingsLeft -= held.value;
  }
  return ok();
}

async function findMissingTarget(
  bucket: ObjectStore,
  model: ModelId,
  added: readonly ListedTarget[],
): Promise<Refusal | null> {
  for (const target of added) {
    const object = await bucket.head(storedAt(model, target));
    if (object === null) {
      const detail = `${target.path} (sha256 ${target.file.hashes.sha256}) is not stored. Upload it, then publish again.`;
      return { reason: 'target-missing', detail };
    }
    const isSame =
      object.size === target.file.length &&
      (await storedSha256(bucket, object)) === target.file.hashes.sha256;
    if (!isSame) {
      const detail = `${target.path} is stored with ${object.size} bytes, and listed with ${target.file.length}.`;
      return { reason: 'target-missing', detail };
    }
  }
  return null;
}

function checkIndexName(next: Signed, release: ReleaseTarget): Result<void, Refusal> {
  const { version, package: content } = release.manifest;
  if (next.targets[content.index] === undefined)
    return refuse(`The index of ${version}, ${content.index}, is not listed by the metadata.`);
  if (content.index === indexPathOf(release)) return ok();
  return refuse(
    `The index of ${version} is called ${content.index}; it must be the manifest's name with .caibx.`,
  );
}

/** Manifest, index and chunks of one release agree, and are all there; answers the listings that it took to see. */
async function checkPackage(
  bucket: ObjectStore,
  model: ModelId,
  next: Signed,
  { release, listingsLeft }: { readonly release: ReleaseTarget; readonly listingsLeft: number },
): Promise<Result<number, Refusal>> {
  const { version, package: content } = release.manifest;
  const file = next.targets[content.index];
  if (file === undefined) throw new Error('the index was found listed before');
  const object = await bucket.get(storedAt(model, { path: content.index, file }));
  const index = object === null ? null : parseIndex(await object.bytes());
  if (index === null || !index.ok) return refuse(`The index of ${version} is not readable.`);
  if (index.value.sizeBytes !== content.sizeBytes || index.value.chunks.length !== content.chunkCount) {
    return refuse(
      `The index of ${version} is of ${index.value.chunks.length} chunks and ${index.value.sizeBytes} bytes; ` +
        `its manifest says ${content.chunkCount} and ${content.sizeBytes}.`,
    );
  }
  const ids = index.value.chunks.map(({ id }) => id);
  const search = await findFirstMissing(bucket, ids, listingsLeft);
  switch (search.kind) {
    case 'all-there':
      return ok(search.listings);
    case 'missing': {
      const detail = `Chunk ${search.id} of ${version} is not stored. Upload it, then publish again.`;
      return err({ reason: 'chunk-missing', detail });
    }
    case 'too-many':
      return refuse(
        `To look for the ${ids.length} chunks of ${version} takes more than the ${CHUNK_LISTINGS_MAX} listings a publication may do. Publish fewer releases at a time, or a smaller package.`,
      );
  }
}

/** The catalogue entry may change; manifests and indexes are what devices have acted on. */
function isOfRelease(model: ModelId, path: string): boolean {
  const kind = targetKind(targetName(model, path) ?? '');
  return kind === 'manifest' || kind === 'index';
}

/** A release's index lies beside its manifest, under the same name. */
function indexPathOf(manifest: ListedTarget): string {
  return manifest.path.replace(/\.json$/, '.caibx');
}

function refuse(detail: string): Result<never, Refusal> {
  return err({ reason: 'release-invalid', detail: `${detail} Nothing was published.` });
}

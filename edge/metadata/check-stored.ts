/**
 * Whether everything that targets metadata promises is stored: each target, and each chunk of each package. What the
 * version before already promised was checked then, and nothing is ever deleted from under it.
 */
import { parseIndex } from '../../shared/caibx.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { findFirstMissing } from '../chunks/find-missing.ts';
import type { Refusal } from '../http/problem.ts';
import { TARGETS_ADDED_MAX } from '../limits.ts';
import { storedSha256 } from '../store/put-once.ts';
import type { TargetsMetadata } from './documents.ts';
import {
  type ListedTarget,
  type ReleaseTarget,
  readManifest,
  storedAt,
  targetsOfKind,
} from './stored-targets.ts';

type Signed = TargetsMetadata['signed'];

export async function checkStored(
  bucket: R2Bucket,
  model: ModelId,
  next: Signed,
  before: Signed | null,
): Promise<Result<void, Refusal>> {
  const isUnchanged = (path: string) => {
    const file = next.targets[path];
    return file !== undefined && before?.targets[path]?.hashes.sha256 === file.hashes.sha256;
  };
  const added = Object.entries(next.targets)
    .map(([path, file]) => ({ path, file }))
    .filter(({ path }) => !isUnchanged(path));
  if (added.length > TARGETS_ADDED_MAX) {
    const detail = `It adds ${added.length} targets; publish at most ${TARGETS_ADDED_MAX} at a time.`;
    return err({ reason: 'metadata-invalid', detail });
  }
  const missing = await findMissingTarget(bucket, model, added);
  if (missing !== null) return err(missing);

  for (const target of targetsOfKind(next, model, 'manifest')) {
    if (isUnchanged(target.path) && isUnchanged(indexPathOf(target))) continue;
    const held = await checkPackage(bucket, model, next, await readManifest(bucket, model, target));
    if (!held.ok) return held;
  }
  return ok();
}

async function findMissingTarget(
  bucket: R2Bucket,
  model: ModelId,
  added: readonly ListedTarget[],
): Promise<Refusal | null> {
  for (const target of added) {
    const object = await bucket.head(storedAt(model, target));
    if (object === null) {
      const detail = `${target.path} (sha256 ${target.file.hashes.sha256}) is not stored. Upload it, then publish again.`;
      return { reason: 'target-missing', detail };
    }
    if (object.size !== target.file.length || storedSha256(object) !== target.file.hashes.sha256) {
      const detail = `${target.path} is stored with ${object.size} bytes, and listed with ${target.file.length}.`;
      return { reason: 'target-missing', detail };
    }
  }
  return null;
}

/** Manifest, index and chunks of one release agree, and are all there. */
async function checkPackage(
  bucket: R2Bucket,
  model: ModelId,
  next: Signed,
  release: ReleaseTarget,
): Promise<Result<void, Refusal>> {
  const { version, package: content } = release.manifest;
  const file = next.targets[content.index];
  if (file === undefined)
    return refuse(`The index of ${version}, ${content.index}, is not listed by the metadata.`);
  if (content.index !== indexPathOf(release)) {
    return refuse(
      `The index of ${version} is called ${content.index}; it must be the manifest's name with .caibx.`,
    );
  }
  const object = await bucket.get(storedAt(model, { path: content.index, file }));
  const index = object === null ? null : parseIndex(await object.bytes());
  if (index === null || !index.ok) return refuse(`The index of ${version} is not readable.`);
  if (index.value.sizeBytes !== content.sizeBytes || index.value.chunks.length !== content.chunkCount) {
    return refuse(
      `The index of ${version} is of ${index.value.chunks.length} chunks and ${index.value.sizeBytes} bytes; ` +
        `its manifest says ${content.chunkCount} and ${content.sizeBytes}.`,
    );
  }
  const missing = await findFirstMissing(
    bucket,
    index.value.chunks.map(({ id }) => id),
  );
  if (missing === null) return ok();
  const detail = `Chunk ${missing} of ${version} is not stored. Upload it, then publish again.`;
  return err({ reason: 'chunk-missing', detail });
}

/** A release's index lies beside its manifest, under the same name. */
function indexPathOf(manifest: ListedTarget): string {
  return manifest.path.replace(/\.json$/, '.caibx');
}

function refuse(detail: string): Result<never, Refusal> {
  return err({ reason: 'release-invalid', detail: `${detail} Nothing was published.` });
}

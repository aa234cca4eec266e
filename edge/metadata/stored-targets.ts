/** Reading of stored targets by the path and digest that targets metadata lists. */
import type * as z from 'zod';
import { metadataKey, targetKey } from '../../shared/bucket-keys.ts';
import { MODEL_ENTRY_NAME, type ModelEntry, modelEntrySchema } from '../../shared/catalogue.ts';
import type { ModelId } from '../../shared/model.ts';
import { type ReleaseManifest, releaseManifestSchema } from '../../shared/release.ts';
import { type TargetFile, type TargetsMetadata, targetsSchema } from '../../shared/trust/documents.ts';
import { consistentTargetPath, targetPath } from '../../shared/trust/roles.ts';
import { targetKind, targetName } from '../../shared/trust/target-path.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { readJson } from './published.ts';

export type ListedTarget = { readonly path: string; readonly file: TargetFile };
export type ReleaseTarget = ListedTarget & { readonly manifest: ReleaseManifest };

export async function readTargets(
  bucket: ObjectStore,
  model: ModelId,
  version: number,
): Promise<TargetsMetadata['signed']> {
  return targetsSchema.parse(await readJson(bucket, metadataKey(model, 'targets', version))).signed;
}

/** The release manifests, as listed. */
export function manifestsOf(signed: TargetsMetadata['signed'], model: ModelId): ListedTarget[] {
  return Object.entries(signed.targets)
    .map(([path, file]) => ({ path, file }))
    .filter(({ path }) => targetKind(targetName(model, path) ?? '') === 'manifest');
}

export function storedAt(model: ModelId, { path, file }: ListedTarget): string {
  return targetKey(model, consistentTargetPath(path, file.hashes.sha256));
}

/** Throws where the manifest is not stored or not one: it was checked when it was uploaded. */
export async function readManifest(
  bucket: ObjectStore,
  model: ModelId,
  target: ListedTarget,
): Promise<ReleaseTarget> {
  return { ...target, manifest: await readTarget(bucket, model, target, releaseManifestSchema) };
}

export function readEntry(
  bucket: ObjectStore,
  model: ModelId,
  signed: TargetsMetadata['signed'],
): Promise<ModelEntry> {
  const path = targetPath(model, MODEL_ENTRY_NAME);
  const file = signed.targets[path];
  if (file === undefined) throw new Error(`targets of ${model} list no entry`);
  return readTarget(bucket, model, { path, file }, modelEntrySchema);
}

async function readTarget<T>(
  bucket: ObjectStore,
  model: ModelId,
  target: ListedTarget,
  schema: z.ZodType<T>,
): Promise<T> {
  return schema.parse(await readJson(bucket, storedAt(model, target)));
}

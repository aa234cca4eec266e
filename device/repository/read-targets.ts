/** The documents behind a model's targets: its catalogue entry, its rollout, its releases, a package's index. */
import { Metadata, MetadataKind, type TargetFile } from '@tufjs/models';
import type * as z from 'zod';
import { type IndexFailure, type PackageIndex, parseIndex } from '../../shared/caibx.ts';
import { MODEL_ENTRY_NAME, type ModelEntry, modelEntrySchema } from '../../shared/catalogue.ts';
import {
  INDEX_MAX_BYTES,
  MANIFEST_MAX_BYTES,
  MODEL_ENTRY_MAX_BYTES,
  RELEASES_PER_MODEL_MAX,
  ROLLOUT_MAX_BYTES,
} from '../../shared/limits.ts';
import { manifestName, type ReleaseManifest, releaseManifestSchema } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { ROLLOUT_NAME, type Rollout, rolloutSchema } from '../../shared/rollout.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import { PARALLEL_TARGETS, SHOWN_MAX_CHARS } from './limits.ts';
import { getTarget, type TargetStore } from './target-store.ts';
import type { TrustFailure } from './trust-failure.ts';
import type { TrustedFiles } from './trusted-state.ts';

export type Targets = {
  /** What the offline targets role lists. Nothing else is ever installed (P1). */
  readonly offline: ReadonlyMap<string, TargetFile>;
  /** What the online rollout role lists: its own document. */
  readonly online: ReadonlyMap<string, TargetFile>;
};

/** Both texts were verified by tuf-js, as one whole. */
export function listTargets(files: TrustedFiles): Targets {
  const list = (text = '') => {
    const { signed } = Metadata.fromJSON(MetadataKind.Targets, JSON.parse(text));
    return new Map(Object.entries(signed.targets));
  };
  return { offline: list(files.targets), online: list(files.rollout) };
}

export function readEntry(store: TargetStore, targets: Targets, signal: AbortSignal) {
  const path = targetPath(store.model, MODEL_ENTRY_NAME);
  const read = { path, schema: modelEntrySchema, maxBytes: MODEL_ENTRY_MAX_BYTES };
  return readDocument<ModelEntry>(store, targets.offline, read, signal);
}

export function readRollout(store: TargetStore, targets: Targets, signal: AbortSignal) {
  const path = targetPath(store.model, ROLLOUT_NAME);
  const read = { path, schema: rolloutSchema, maxBytes: ROLLOUT_MAX_BYTES };
  return readDocument<Rollout>(store, targets.online, read, signal);
}

/** Every `.json` target but the entry and the rollout is a release manifest; one that is not refuses them all. */
export async function readReleases(
  store: TargetStore,
  targets: Targets,
  signal: AbortSignal,
): Promise<Result<readonly ReleaseManifest[], TrustFailure>> {
  const others = [MODEL_ENTRY_NAME, ROLLOUT_NAME].map((name) => targetPath(store.model, name));
  const paths = [...targets.offline.keys()].filter(
    (path) => path.endsWith('.json') && !others.includes(path),
  );
  if (paths.length > RELEASES_PER_MODEL_MAX) {
    const detail = `${paths.length} releases, more than ${RELEASES_PER_MODEL_MAX}`;
    return err({ reason: 'metadata-unreadable', role: 'targets', detail });
  }
  const releases: ReleaseManifest[] = [];
  for (let i = 0; i < paths.length; i += PARALLEL_TARGETS) {
    const read = await Promise.all(
      paths.slice(i, i + PARALLEL_TARGETS).map((path) => readRelease(store, targets, path, signal)),
    );
    for (const release of read) {
      if (!release.ok) return release;
      releases.push(release.value);
    }
  }
  return ok(releases);
}

async function readRelease(
  store: TargetStore,
  targets: Targets,
  path: string,
  signal: AbortSignal,
): Promise<Result<ReleaseManifest, TrustFailure>> {
  const read = { path, schema: releaseManifestSchema, maxBytes: MANIFEST_MAX_BYTES };
  const release = await readDocument<ReleaseManifest>(store, targets.offline, read, signal);
  if (!release.ok) return release;
  const name = manifestName(release.value.version);
  if (path === targetPath(store.model, name)) return release;
  const problem = `a manifest of ${release.value.version} must be called ${name}`;
  return err({ reason: 'manifest-invalid', target: path, path: 'version', problem });
}

/** The index that a manifest names, held against the manifest. */
export async function readPackageIndex(
  store: TargetStore,
  targets: Targets,
  manifest: ReleaseManifest,
  signal: AbortSignal,
): Promise<Result<{ readonly index: PackageIndex; readonly bytes: Uint8Array }, TrustFailure>> {
  const path = manifest.package.index;
  const target = targets.offline.get(path);
  if (target === undefined) return err({ reason: 'target-missing', path });
  const bytes = await getTarget(store, target, INDEX_MAX_BYTES, signal);
  if (!bytes.ok) return bytes;
  const index = parseIndex(bytes.value);
  if (!index.ok) return err(indexInvalid(path, index.failure.why));
  const { sizeBytes, chunkCount } = manifest.package;
  if (index.value.sizeBytes !== sizeBytes || index.value.chunks.length !== chunkCount) {
    return err(indexInvalid(path, 'contradicts-manifest'));
  }
  return ok({ index: index.value, bytes: bytes.value });
}

function indexInvalid(target: string, why: IndexFailure['why'] | 'contradicts-manifest'): TrustFailure {
  return { reason: 'index-invalid', target, why };
}

async function readDocument<T extends { readonly model: string }>(
  store: TargetStore,
  targets: ReadonlyMap<string, TargetFile>,
  read: { readonly path: string; readonly schema: z.ZodType<T>; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<Result<T, TrustFailure>> {
  const { path } = read;
  const target = targets.get(path);
  if (target === undefined) return err({ reason: 'target-missing', path });
  const bytes = await getTarget(store, target, read.maxBytes, signal);
  if (!bytes.ok) return bytes;
  const parsed = read.schema.safeParse(parseJson(bytes.value));
  if (!parsed.success) return err(invalid(path, parsed.error));
  if (parsed.data.model === store.model) return ok(parsed.data);
  const { model } = parsed.data;
  return err({ reason: 'manifest-of-another-model', target: path, wanted: store.model, found: model });
}

/** `undefined` for what is not JSON, which no schema accepts. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function invalid(target: string, error: z.ZodError): TrustFailure {
  const [issue] = error.issues;
  const problem = (issue?.message ?? 'unreadable').slice(0, SHOWN_MAX_CHARS);
  return { reason: 'manifest-invalid', target, path: issue?.path.join('.') ?? '', problem };
}

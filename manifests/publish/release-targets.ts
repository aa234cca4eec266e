/** The three targets a release adds or renews: catalogue entry, manifest, package index. */
import { createHash } from 'node:crypto';
import { utf8 } from '../../shared/bytes.ts';
import { MODEL_ENTRY_NAME, type ModelEntry, type VersionMatch } from '../../shared/catalogue.ts';
import {
  indexName,
  manifestName,
  type ReleaseManifest,
  releaseManifestSchema,
} from '../../shared/release.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import type { FlashFiles } from '../lint/flash-files.ts';
import type { CutPackage } from '../package/cut-package.ts';

export type Target = {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
};

/** What the operator says of a release; the rest comes from package and catalogue. */
export type ReleaseStatement = {
  readonly version: string;
  /** `YYYY-MM-DD`. */
  readonly releasedOn: string;
  readonly from: readonly VersionMatch[];
  readonly fromSource: string;
  readonly notes: string;
  readonly fixes: readonly string[];
  readonly knownIssues: readonly string[];
};

export function buildManifest(
  entry: ModelEntry,
  statement: ReleaseStatement,
  flash: FlashFiles,
  cut: CutPackage,
): ReleaseManifest {
  const { version, releasedOn, from, fromSource, notes, fixes, knownIssues } = statement;
  return releaseManifestSchema.parse({
    format: 'cistern-release/1',
    model: entry.model,
    version,
    releasedOn,
    flash: {
      method: entry.flashMethod,
      storage: entry.storage,
      programmer: flash.programmer,
      rawprogram: flash.rawprogram,
      patches: flash.patches,
    },
    protectedRanges: entry.protectedRanges,
    installableFrom: from.map((match) => ({ from: match, source: fromSource })),
    files: cut.files,
    package: {
      index: targetPath(entry.model, indexName(version)),
      sizeBytes: cut.sizeBytes,
      sha256: cut.sha256,
      chunkCount: cut.chunkCount,
      storedBytes: [...cut.storedBytesById.values()].reduce((sum, bytes) => sum + bytes, 0),
    },
    notes,
    fixes,
    knownIssues,
  });
}

export function entryTarget(entry: ModelEntry): Target {
  return targetOf(targetPath(entry.model, MODEL_ENTRY_NAME), utf8(JSON.stringify(entry)));
}

export function manifestTarget(manifest: ReleaseManifest): Target {
  return targetOf(targetPath(manifest.model, manifestName(manifest.version)), utf8(JSON.stringify(manifest)));
}

export function indexTarget(manifest: ReleaseManifest, cut: CutPackage): Target {
  return targetOf(manifest.package.index, cut.index);
}

function targetOf(path: string, bytes: Uint8Array<ArrayBuffer>): Target {
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

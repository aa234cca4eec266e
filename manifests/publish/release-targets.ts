/** The three targets a release adds or renews: catalogue entry, manifest, package index. */
import { createHash } from 'node:crypto';
import { utf8 } from '../../shared/bytes.ts';
import { MODEL_ENTRY_NAME, type ModelEntry, type VersionMatch } from '../../shared/catalogue.ts';
import type { FlashFiles } from '../../shared/lint/flash-files.ts';
import {
  indexName,
  manifestName,
  type ReleaseManifest,
  releaseManifestSchema,
} from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { targetPath } from '../../shared/trust/roles.ts';
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

const statementSchema = releaseManifestSchema.pick({
  installableFrom: true,
  notes: true,
  fixes: true,
  knownIssues: true,
});

/** Whether the manifest can say it, judged before anything is cut or sent. */
export function judgeStatement(
  statement: Omit<ReleaseStatement, 'version' | 'releasedOn'>,
): Result<void, { readonly reason: 'statement-invalid'; readonly why: string }> {
  const { from, fromSource, notes, fixes, knownIssues } = statement;
  const installableFrom = installableFromOf(from, fromSource);
  const judged = statementSchema.safeParse({ installableFrom, notes, fixes, knownIssues });
  if (judged.success) return ok();
  const issue = judged.error.issues[0];
  return err({ reason: 'statement-invalid', why: `${issue?.path.join('.')}: ${issue?.message}` });
}

function installableFromOf(from: readonly VersionMatch[], source: string) {
  return from.map((match) => ({ from: match, source }));
}

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
    ...flashingOf(entry, flash),
    installableFrom: installableFromOf(from, fromSource),
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

/** What the manifest says of the flashing: of the model what the catalogue knows, and the files that lint found. */
export function flashingOf(entry: ModelEntry, { programmer, rawprogram, patches }: FlashFiles) {
  const { flashMethod: method, storage, protectedRanges } = entry;
  return { flash: { method, storage, programmer, rawprogram, patches }, protectedRanges };
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

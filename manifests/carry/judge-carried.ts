/**
 * Judges a release that another repository signed as "publish" judges a vendor's package: put together from its chunks,
 * against the catalogue of this repository. What the other says of the model counts for nothing.
 */
import { parseIndex } from '../../shared/caibx.ts';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { type FirmwareVersion, parseFirmwareVersion } from '../../shared/firmware-version.ts';
import type { Finding } from '../../shared/lint/finding.ts';
import { hasErrors } from '../../shared/lint/judge-package.ts';
import type { SourceFailure } from '../../shared/package/source.ts';
import {
  indexName,
  manifestName,
  type ReleaseManifest,
  releaseManifestSchema,
} from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { targetPath } from '../../shared/trust/roles.ts';
import { lintPackage } from '../lint/lint-package.ts';
import { flashingOf, type Target } from '../publish/release-targets.ts';
import { type ManifestFailure, readManifest } from '../repository/read-manifest.ts';
import type { TargetFailure, VerifiedModel } from '../repository/verified-model.ts';
import { getFromStore, STORE_BASE } from '../store/store-get.ts';
import { openChunkReader } from '../verify/chunk-reader.ts';
import { judgePackage } from '../verify/judge-package.ts';
import { carriedPackage } from './carried-package.ts';
import type { OpenedExport } from './open-export.ts';

export type CarriedFailure =
  | TargetFailure
  | ManifestFailure
  | SourceFailure
  | { readonly reason: 'index-unreadable'; readonly path: string }
  | { readonly reason: 'carried-release-defective'; readonly version: string; readonly why: string }
  | { readonly reason: 'package-defective'; readonly findings: readonly Finding[] };

export type JudgedRelease = {
  /** As this repository says it: how it is flashed and what is protected come from its catalogue. */
  readonly manifest: ReleaseManifest;
  readonly index: Target;
  readonly chunkIds: readonly string[];
  readonly findings: readonly Finding[];
};

export async function judgeCarried(
  { store, model, version }: OpenedExport,
  origin: VerifiedModel,
  entry: ModelEntry,
  signal: AbortSignal,
): Promise<Result<JudgedRelease, CarriedFailure>> {
  const defective = (why: string) => err({ reason: 'carried-release-defective', version, why } as const);
  const read = await readManifest(origin, version);
  if (!read.ok) return read;
  const said = read.value;
  if (said === null)
    return err({ reason: 'target-not-listed', path: targetPath(model, manifestName(version)) });
  const path = targetPath(model, indexName(version));
  if (said.model !== model || said.version !== version || said.package.index !== path)
    return defective(`its manifest is of ${said.model} ${said.version}`);
  const bytes = await origin.readTarget(path);
  if (!bytes.ok) return bytes;
  const index = parseIndex(bytes.value);
  if (!index.ok) return err({ reason: 'index-unreadable', path });

  const reader = await openChunkReader(STORE_BASE, getFromStore(store));
  try {
    const whole = await judgePackage(said, index.value, reader, () => {});
    if (!whole.ok) return whole;
    const [defect] = whole.value;
    if (defect !== undefined) return defective(`${defect.where}: ${defect.sentence}`);
    const source = carriedPackage(said, index.value, reader);
    if (!source.ok) return source;
    const lint = await lintPackage(source.value, { entry, version: versionOf(said) }, signal);
    if (!lint.ok) return lint;
    const { flash, findings } = lint.value;
    if (hasErrors(lint.value) || flash === null) return err({ reason: 'package-defective', findings });
    const manifest = releaseManifestSchema.parse({
      ...said,
      ...flashingOf(entry, flash),
      package: { ...said.package, storedBytes: reader.seen().storedBytes },
    });
    const sha256 = origin.targets[path]?.hashes.sha256 ?? '';
    const chunkIds = [...new Set(index.value.chunks.map(({ id }) => id))];
    return ok({ manifest, index: { path, bytes: bytes.value, sha256 }, chunkIds, findings });
  } finally {
    await reader.close();
  }
}

function versionOf({ version }: ReleaseManifest): FirmwareVersion {
  const parsed = parseFirmwareVersion(version);
  if (!parsed.ok) throw new Error(`the schema lets ${version} through`);
  return parsed.value;
}

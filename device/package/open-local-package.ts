/**
 * A vendor's package from a disk, judged before anything else happens: by the rules that guard publishing, by the
 * catalogue that is built in, and by the vendor's own list of digests. No network, and no modem.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { type FirmwareVersion, parseFirmwareVersion } from '../../shared/firmware-version.ts';
import type { FlashPlan } from '../../shared/flash-plan.ts';
import type { Finding } from '../../shared/lint/finding.ts';
import type { FlashFiles } from '../../shared/lint/flash-files.ts';
import { judgePackage } from '../../shared/lint/judge-package.ts';
import { versionInNames } from '../../shared/lint/names.ts';
import { type ReadFiles, readFiles } from '../../shared/lint/read-files.ts';
import { modelOf, parseModelId } from '../../shared/model.ts';
import { openPackage } from '../../shared/package/open-package.ts';
import type { PackageSource, SourceFailure } from '../../shared/package/source.ts';
import type { NamedRange } from '../../shared/partition-table.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Catalogue, type FindModelFailure, findModel } from '../catalogue/find-model.ts';
import { nodePackagePorts } from './node-package-ports.ts';

/** Vendors whose version strings name the model. */
const VENDOR = 'quectel';

export type LocalPackage = {
  /** Absolute. */
  readonly path: string;
  readonly entry: ModelEntry;
  readonly version: FirmwareVersion;
  readonly flash: FlashFiles;
  readonly plan: FlashPlan;
  readonly partitions: readonly NamedRange[] | null;
  readonly source: Pick<PackageSource, 'files' | 'read'>;
  /** SHA-256 (hex) of every file as it was judged; what is staged must be the same. */
  readonly sha256ByPath: ReadonlyMap<string, string>;
  readonly warnings: readonly Finding[];
  readonly close: () => Promise<void>;
};

export type LocalPackageFailure =
  | SourceFailure
  | FindModelFailure
  | { readonly reason: 'interrupted' }
  | { readonly reason: 'local-version-unreadable'; readonly text: string }
  /** Neither the package's name nor the user says the whole version, custom part included. */
  | { readonly reason: 'local-version-unknown'; readonly names: readonly string[] }
  | { readonly reason: 'local-model-unreadable'; readonly text: string }
  | { readonly reason: 'local-model-contradicts'; readonly model: string; readonly version: string }
  | {
      readonly reason: 'local-package-refused';
      readonly path: string;
      readonly findings: readonly Finding[];
    };

export type LocalWish = {
  /** Directory or zip. */
  readonly path: string;
  /** Where the package's name does not show it. */
  readonly version?: string | undefined;
  /** What the modem is, as the user says; it must be the version's model. */
  readonly model?: string | undefined;
  /** What is known of models; left out, what is built in. */
  readonly catalogue?: Catalogue | undefined;
};

/** The caller closes it. */
export async function openLocalPackage(
  wish: LocalWish,
  signal: AbortSignal,
): Promise<Result<LocalPackage, LocalPackageFailure>> {
  const path = resolve(wish.path);
  const source = await openPackage(path, nodePackagePorts);
  if (!source.ok) return source;
  const judged = await judge(path, source.value, wish, signal);
  if (!judged.ok) await source.value.close();
  return judged;
}

async function judge(
  path: string,
  source: PackageSource,
  wish: LocalWish,
  signal: AbortSignal,
): Promise<Result<LocalPackage, LocalPackageFailure>> {
  const subject = findSubject(source, wish);
  if (!subject.ok) return subject;
  const { entry, version } = subject.value;
  const read = await readAll(source, signal);
  if (!read.ok) return read;
  const { findings, flash, plan, partitions, sha256ByPath } = judgePackage(source, read.value, {
    entry,
    version,
  });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 || flash === null || plan === null)
    return err({ reason: 'local-package-refused', path, findings: errors });
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const { close } = source;
  return ok({ path, entry, version, flash, plan, partitions, source, sha256ByPath, warnings, close });
}

/** Which firmware this is, and for which model: by the package's name, or by the user's word. */
function findSubject(
  source: PackageSource,
  wish: LocalWish,
): Result<{ readonly entry: ModelEntry; readonly version: FirmwareVersion }, LocalPackageFailure> {
  const version = findVersion(source, wish);
  if (!version.ok) return version;
  const model = modelOf(VENDOR, version.value);
  const meant = wish.model === undefined ? model : parseModelId(wish.model);
  if (meant === null) return err({ reason: 'local-model-unreadable', text: (wish.model ?? '').slice(0, 96) });
  if (model !== meant)
    return err({ reason: 'local-model-contradicts', model: meant, version: version.value.text });
  const entry = findModel(meant, wish.catalogue);
  return entry.ok ? ok({ entry: entry.value, version: version.value }) : entry;
}

/** The custom part must be known: without it nobody can say afterwards whether the modem runs this firmware. */
function findVersion(
  { names }: PackageSource,
  { version: said }: LocalWish,
): Result<FirmwareVersion, LocalPackageFailure> {
  if (said !== undefined) {
    const parsed = parseFirmwareVersion(said);
    if (!parsed.ok || parsed.value.text !== said || parsed.value.custom === null)
      return err({ reason: 'local-version-unreadable', text: said.slice(0, 96) });
    return ok(parsed.value);
  }
  const named = versionInNames(names);
  if (named === null || named.custom === null) return err({ reason: 'local-version-unknown', names });
  return ok(named);
}

async function readAll(
  source: PackageSource,
  signal: AbortSignal,
): Promise<Result<ReadFiles, SourceFailure | { readonly reason: 'interrupted' }>> {
  try {
    return await readFiles(source, createHash, signal);
  } catch (error) {
    if (signal.aborted) return err({ reason: 'interrupted' });
    throw error;
  }
}

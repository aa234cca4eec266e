/** Judges a whole package, before anybody signs for it and before anybody flashes it from a disk. */
import type { ModelEntry } from '../catalogue.ts';
import { type DiskPatch, type DiskPatchFailure, parseDiskPatches } from '../disk-patches.ts';
import type { FirmwareVersion } from '../firmware-version.ts';
import { buildFlashPlan, type FlashPlan } from '../flash-plan.ts';
import { FINDINGS_MAX } from '../package/limits.ts';
import type { PackageSource } from '../package/source.ts';
import type { NamedRange } from '../partition-table.ts';
import { parseRawprogram, type RawprogramDisk } from '../rawprogram.ts';
import { ok, type Result } from '../result.ts';
import { errorAt, type Finding, warningAt } from './finding.ts';
import { type FlashFiles, findFlashFiles } from './flash-files.ts';
import { judgePartitions, judgeProgrammer, partitionTableFile, readPartitions } from './images.ts';
import { judgeMd5List, MD5_LIST, parseMd5List } from './md5-list.ts';
import { judgeGeometryName, judgeProgrammerName, judgeVersion } from './names.ts';
import type { ReadFiles } from './read-files.ts';
import { planSentence, rawprogramSentence } from './sentences.ts';
import { CONTENTS, judgeContents, judgePatch } from './xml-files.ts';

export type LintReport = {
  readonly findings: readonly Finding[];
  readonly flash: FlashFiles | null;
  /** What the package would do to the model; null where that could not be worked out. */
  readonly plan: FlashPlan | null;
  /** The partitions that the package's own table names; null where it brings none. */
  readonly partitions: readonly NamedRange[] | null;
  readonly sha256ByPath: ReadonlyMap<string, string>;
};

/** Without an entry, only what needs no knowledge of the model is judged, and that is said. */
export function judgePackage(
  source: Pick<PackageSource, 'files' | 'names'>,
  read: ReadFiles,
  expected: { readonly entry: ModelEntry | null; readonly version: FirmwareVersion | null },
): LintReport {
  const { entry } = expected;
  const { flash, findings: layout } = findFlashFiles(source.files);
  const { plan, findings: commands } = judgeRawprogram(source, read, flash, entry);
  const table = plan === null ? null : partitionTableFile(plan);
  const partitions = plan === null ? null : readPartitions(table, read.head, plan.storage);
  // The programmer runs in the modem, and the rawprogram decides what is erased: they need a voucher as images do.
  const needed = [
    ...(flash === null ? [] : [flash.programmer, flash.rawprogram]),
    ...(plan?.patches.map(({ file }) => file) ?? []),
    ...(plan?.programs.map(({ path }) => path) ?? []),
  ];
  const findings = [
    ...layout,
    ...(flash === null
      ? []
      : judgeProgrammer(flash.programmer, read.head(flash.programmer), sizeOf(source, flash.programmer))),
    ...commands,
    ...judgeDigests(read, needed),
    ...judgeVersion(expected.version, source.names, entry),
    ...(entry?.storage.type === 'emmc'
      ? []
      : (flash?.patches ?? []).flatMap((path) => judgePatch(read.text(path) ?? '', path))),
    ...(entry === null
      ? [modelNotGiven()]
      : [...judgeModel(read, flash, entry), ...judgePartitions(table, partitions, entry)]),
  ];
  return {
    findings: findings.slice(0, FINDINGS_MAX),
    flash,
    plan,
    partitions,
    sha256ByPath: new Map([...read.digests].map(([path, { sha256 }]) => [path, sha256])),
  };
}

export function hasErrors(report: Pick<LintReport, 'findings'>): boolean {
  return report.findings.some(({ severity }) => severity === 'error');
}

function sizeOf({ files }: Pick<PackageSource, 'files'>, path: string): number {
  return files.find((file) => file.path === path)?.sizeBytes ?? 0;
}

function judgeRawprogram(
  source: Pick<PackageSource, 'files'>,
  read: ReadFiles,
  flash: FlashFiles | null,
  entry: ModelEntry | null,
): { readonly plan: FlashPlan | null; readonly findings: readonly Finding[] } {
  if (flash === null) return { plan: null, findings: [] };
  const file = flash.rawprogram;
  const text = read.text(file);
  if (text === null) {
    const finding = errorAt('file-too-large-to-parse', { file }, 'Too large for a rawprogram, or not UTF-8.');
    return { plan: null, findings: [finding] };
  }
  const disk = entry?.storage.type === 'emmc' ? entry.storage : null;
  const commands = parseRawprogram(text, disk);
  if (!commands.ok) {
    const { failure } = commands;
    const place = 'line' in failure ? { file, line: failure.line } : { file };
    return { plan: null, findings: [errorAt(failure.reason, place, rawprogramSentence(failure))] };
  }
  if (entry === null) return { plan: null, findings: [] };
  const patches = readPatches(read, flash, disk);
  if (!patches.ok) {
    const { reason, file: patchFile, line, why } = patches.failure;
    const sentence = `Not a patch file for this disk: ${why}.`;
    return { plan: null, findings: [errorAt(reason, { file: patchFile, line }, sentence)] };
  }
  const sizes = new Map(source.files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const plan = buildFlashPlan({
    commands: commands.value,
    storage: entry.storage,
    protectedRanges: entry.protectedRanges,
    directory: flash.directory,
    fileSizeBytes: (path) => sizes.get(path),
    patches: patches.value,
  });
  if (plan.ok) return { plan: plan.value, findings: [] };
  const findings = plan.failure.map((failure) =>
    errorAt(
      failure.reason,
      { file: 'file' in failure ? failure.file : file, line: failure.line },
      planSentence(failure),
    ),
  );
  return { plan: null, findings };
}

/** NAND has none: what its packages bring patches files of whoever built them. */
function readPatches(
  read: ReadFiles,
  { patches }: FlashFiles,
  disk: RawprogramDisk | null,
): Result<readonly DiskPatch[], DiskPatchFailure> {
  if (disk === null) return ok([]);
  const all: DiskPatch[] = [];
  for (const path of patches) {
    const parsed = parseDiskPatches(read.text(path) ?? '', path, disk);
    if (!parsed.ok) return parsed;
    all.push(...parsed.value);
  }
  return ok(all);
}

function judgeDigests(read: ReadFiles, needed: readonly string[]): readonly Finding[] {
  const text = read.text(MD5_LIST);
  if (text === null) {
    const sentence = `No ${MD5_LIST} at the top of the package, so nothing of the vendor vouches for its files.`;
    return [errorAt('md5-list-missing', { file: MD5_LIST }, sentence)];
  }
  const { entries, findings } = parseMd5List(text);
  return [...findings, ...judgeMd5List(entries, (path) => read.digests.get(path)?.md5, needed)];
}

function judgeModel(read: ReadFiles, flash: FlashFiles | null, entry: ModelEntry): readonly Finding[] {
  const contents = read.text(CONTENTS);
  return [
    ...(contents === null
      ? [warningAt('contents-missing', CONTENTS, `No ${CONTENTS}, so nothing confirms the chip.`)]
      : judgeContents(contents, entry)),
    ...(flash === null
      ? []
      : [...judgeGeometryName(flash.rawprogram, entry), ...judgeProgrammerName(flash.programmer, entry)]),
  ];
}

function modelNotGiven(): Finding {
  const sentence =
    'No model was given and none could be told from the name: geometry, chip and protected ranges were not judged.';
  return warningAt('model-not-given', null, sentence);
}

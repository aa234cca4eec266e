/** Judges what file and package names say: geometry and version. */
import type { ModelEntry } from '../catalogue.ts';
import { type FirmwareVersion, parseFirmwareVersion } from '../firmware-version.ts';
import { modelOf } from '../model.ts';
import { errorAt, type Finding, warningAt } from './finding.ts';

/** `…_p2K_b128K_…`: pages of 2 KiB, blocks of 128 KiB (edl 1d). */
export function judgeGeometryName(file: string, entry: ModelEntry): readonly Finding[] {
  const [, page, block] = /p(\d+)K_b(\d+)K/i.exec(file) ?? [];
  if (page === undefined || block === undefined) return [];
  const { storage } = entry;
  if (storage.type !== 'nand') {
    const sentence = `Named for NAND with pages of ${page} KiB; ${entry.name} has eMMC.`;
    return [errorAt('name-contradicts-geometry', { file }, sentence)];
  }
  const { pageBytes, pagesPerBlock } = storage;
  const fits = Number(page) * 1024 === pageBytes && Number(block) * 1024 === pageBytes * pagesPerBlock;
  if (fits) return [];
  const sentence = `Named for pages of ${page} KiB and blocks of ${block} KiB; ${entry.name} has ${pageBytes / 1024} and ${(pageBytes * pagesPerBlock) / 1024}.`;
  return [errorAt('name-contradicts-geometry', { file }, sentence)];
}

/** `prog_nand_firehose_9x07.mbn`, `prog_emmc_firehose_….mbn`: which storage it drives, where its name says so (edl 1b). */
export function judgeProgrammerName(file: string, entry: ModelEntry): readonly Finding[] {
  const kind = /(?:^|\/)prog_(nand|emmc|ufs)_[^/]*$/i.exec(file)?.[1]?.toLowerCase();
  if (kind === undefined || kind === entry.storage.type) return [];
  const sentence = `A programmer for ${kind.toUpperCase()}; ${entry.name} has ${entry.storage.type === 'nand' ? 'NAND' : 'eMMC'}.`;
  return [errorAt('name-contradicts-geometry', { file }, sentence)];
}

const VERSION_IN_NAME = /[A-Z0-9]+R\d{2}A\d{2}(?:V\d{2})?[ME]\d{1,2}G[A-Z]*(?:_[A-Za-z0-9.]+)?/;

/** The version that the names of a package show, one in full before one without its custom part (field 2a). */
export function versionInNames(names: readonly string[]): FirmwareVersion | null {
  const versions = versionsInNames(names);
  return versions.find(({ custom }) => custom !== null) ?? versions[0] ?? null;
}

/** The content does not carry it: the package's own name may, and that of its top directory. */
function versionsInNames(names: readonly string[]): readonly FirmwareVersion[] {
  return names
    .map((name) => parseFirmwareVersion(VERSION_IN_NAME.exec(name)?.[0] ?? ''))
    .flatMap((version) => (version.ok ? [version.value] : []));
}

/** Every name that shows a version counts: a directory of another firmware may lie in a zip with the right name. */
export function judgeVersion(
  version: FirmwareVersion | null,
  names: readonly string[],
  entry: Pick<ModelEntry, 'vendor' | 'model'> | null,
): readonly Finding[] {
  const decisive = version ?? versionInNames(names);
  const named = versionsInNames(names);
  const others = named.filter((each) => decisive !== null && !saysTheSame(each, decisive));
  const findings = others.map(({ text }) => {
    const sentence =
      version === null
        ? `One of the package's names says ${decisive?.text}, another ${text}.`
        : `The package is named for ${text}, and ${version.text} was asked for.`;
    return errorAt('version-contradicts-name', { file: null }, sentence);
  });
  if (named.length === 0) {
    const sentence =
      'Neither the package nor its top directory is named for a version, so nothing confirms it.';
    findings.push(warningAt('name-shows-no-version', null, sentence));
  }
  for (const each of decisive === null ? [] : [decisive, ...others]) {
    if (entry === null || modelOf(entry.vendor, each) === entry.model) continue;
    const sentence = `${each.text} is firmware of ${each.hardware} with ${each.flash} flash, not of ${entry.model}.`;
    findings.push(errorAt('version-of-another-model', { file: null }, sentence));
  }
  return findings;
}

/** A name may leave out the custom part, but not contradict it. */
function saysTheSame(named: FirmwareVersion, version: FirmwareVersion): boolean {
  if (named.custom === null) return version.text.split('_')[0] === named.text;
  return named.text === version.text;
}

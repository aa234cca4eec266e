/** Finds the programmer, the rawprogram and the patches of a package by the names vendors give them (edl 1b, 1e). */
import type { SourceFile } from '../package/source.ts';
import { errorAt, type Finding } from './finding.ts';

export type FlashFiles = {
  /** Directory of the rawprogram inside the package. */
  readonly directory: string;
  readonly programmer: string;
  readonly rawprogram: string;
  readonly patches: readonly string[];
};

/** The manifest lists no more. */
const PATCHES_MAX = 16;

const PROGRAMMER_NAMES = [
  /^prog_nand_firehose_.*\.mbn$/,
  /^prog_emmc_firehose_.*\.mbn$/,
  /^prog_firehose_.*\.mbn$/,
  /^prog_firehose_.*\.elf$/,
  /^firehose-prog.*\.mbn$/,
  /^prog_.*\.mbn$/,
];
const RAWPROGRAM_NAMES = /^(rawprogram_.*|rawprogram\d*|firehose-rawprogram.*)\.xml$/;
const PATCH_NAMES = /^(firehose-)?patch.*\.xml$/;

/** The files, as far as they are there, and what is wrong with them. */
export function findFlashFiles(files: readonly SourceFile[]): {
  readonly flash: FlashFiles | null;
  readonly findings: readonly Finding[];
} {
  const findings: Finding[] = [];
  const directory = files.some(({ path }) => path.startsWith('update/firehose/')) ? 'update/firehose' : '';
  const names = files
    .map(({ path }) => path)
    .filter((path) => path.slice(0, Math.max(0, path.lastIndexOf('/'))) === directory)
    .map((path) => path.slice(path.lastIndexOf('/') + 1));
  const inDirectory = (name: string) => (directory === '' ? name : `${directory}/${name}`);

  for (const { path } of files) {
    if (/(^|\/)cefs\.mbn$/i.test(path)) {
      const sentence = `${path} holds the calibration of another module; writing it takes the radio and the IMEI.`;
      findings.push(errorAt('ships-calibration', { file: path }, sentence));
    }
  }

  const programmers = PROGRAMMER_NAMES.map((pattern) => names.filter((name) => pattern.test(name))).find(
    (matches) => matches.length > 0,
  );
  if (programmers === undefined) {
    const sentence = `No programmer (prog_nand_firehose_*.mbn and the like) in ${directory || 'the package'}.`;
    findings.push(errorAt('programmer-missing', { file: null }, sentence));
  } else if (programmers.length > 1) {
    const sentence = `Several programmers, and nothing says which one to send: ${programmers.join(', ')}.`;
    findings.push(errorAt('several-programmers', { file: directory }, sentence));
  }

  const rawprograms = names.filter((name) => RAWPROGRAM_NAMES.test(name));
  for (const name of rawprograms.filter((candidate) => /factory/i.test(candidate))) {
    const sentence = `${name} is for the factory: it erases EFS2 and with it the calibration. Remove it.`;
    findings.push(errorAt('factory-rawprogram', { file: inDirectory(name) }, sentence));
  }
  const updates = rawprograms.filter((name) => !/factory/i.test(name));
  if (updates.length === 0) {
    const sentence = `No rawprogram for an update in ${directory || 'the package'}.`;
    findings.push(errorAt('rawprogram-missing', { file: null }, sentence));
  } else if (updates.length > 1) {
    const sentence = `Several rawprograms, and nothing says which one holds: ${updates.join(', ')}.`;
    findings.push(errorAt('several-rawprograms', { file: directory }, sentence));
  }

  const patches = names.filter((name) => PATCH_NAMES.test(name)).map(inDirectory);
  if (patches.length > PATCHES_MAX) {
    const sentence = `${patches.length} patch files; at most ${PATCHES_MAX} are allowed.`;
    findings.push(errorAt('too-many-patches', { file: directory }, sentence));
  }
  const [programmer] = programmers ?? [];
  const [rawprogram] = updates;
  if (programmer === undefined || rawprogram === undefined) return { flash: null, findings };
  const flash = {
    directory,
    programmer: inDirectory(programmer),
    rawprogram: inDirectory(rawprogram),
    patches,
  };
  return { flash, findings };
}

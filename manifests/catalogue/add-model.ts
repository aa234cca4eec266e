/**
 * Writes the skeleton of a model into the catalogue, from a version that somebody saw: into its family's file, or into
 * a new one. What only a person can know is marked, and `catalogue check` names each mark by its line.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type CatalogueFailure, type FamilyFile, readVendor } from './find-model.ts';
import { type FamilyFailure, readFamilyText } from './read-family.ts';
import { familySkeleton, modelSkeleton } from './skeleton.ts';

export type AddModelFailure =
  | CatalogueFailure
  | { readonly reason: 'model-in-catalogue'; readonly model: string; readonly place: string }
  | { readonly reason: 'file-unwritable'; readonly path: string; readonly why: string };

export type AddedModel = {
  /** Below the catalogue directory. */
  readonly file: string;
  /** Where the model begins. */
  readonly line: number;
  readonly isNewFamily: boolean;
};

export async function addModel(
  vendor: string,
  version: FirmwareVersion,
  directory: string,
): Promise<Result<AddedModel, AddModelFailure>> {
  const families = await readVendor(vendor, directory);
  if (!families.ok) return families;
  const place = placeOf(version, families.value);
  if (place !== null) {
    return err({ reason: 'model-in-catalogue', model: `${version.hardware} with ${version.flash}`, place });
  }
  const home = familyOf(version, families.value);
  const file = home?.file ?? `${vendor}/${familyName(version).toLowerCase()}.yaml`;
  const path = join(directory, file);
  const former = home === null ? null : await readFile(path, 'utf8');
  const text =
    former === null
      ? ok(familySkeleton(vendor, familyName(version), version))
      : appended(former, file, modelSkeleton(version));
  if (!text.ok) return text;
  // What is written must be readable, marks and all: else the next command could not even name them.
  const read = readFamilyText(text.value, file);
  if (!read.ok) return read;
  try {
    if (former === null) await writeFile(path, text.value, { flag: 'wx' });
    else {
      await writeFile(`${path}.part`, text.value);
      await rename(`${path}.part`, path);
    }
  } catch (error) {
    return err({ reason: 'file-unwritable', path, why: (error as Error).message });
  }
  const line = read.value.lines.of(['incomplete', read.value.family.incomplete.length - 1]);
  return ok({ file, line, isNewFamily: former === null });
}

/** Where this hardware and flash stands already. */
function placeOf({ hardware, flash }: FirmwareVersion, files: readonly FamilyFile[]): string | null {
  for (const { family, lines, file } of files) {
    for (const list of ['models', 'incomplete'] as const) {
      const i = family[list].findIndex(
        (model) => model.hardware === hardware && (model.flash ?? flash) === flash,
      );
      if (i !== -1) return `${file}:${lines.of([list, i])}`;
    }
  }
  return null;
}

/** The family with the longest prefix: `EC200A` is not an `EC20`. */
function familyOf({ hardware }: FirmwareVersion, files: readonly FamilyFile[]): FamilyFile | null {
  let home: FamilyFile | null = null;
  let longest = 0;
  for (const file of files) {
    for (const prefix of file.family.all.hardwarePrefixes) {
      if (hardware.startsWith(prefix) && prefix.length > longest) [home, longest] = [file, prefix.length];
    }
  }
  return home;
}

/** `EC21` of `EC21ECGA`: letters and digits as far as the model's number goes. */
function familyName({ hardware }: FirmwareVersion): string {
  return /^[A-Z]+\d+/.exec(hardware)?.[0] ?? hardware;
}

/** At the end of `incomplete`, which is the last field of every family file. Comments and spacing stay as they are. */
function appended(text: string, file: string, model: string): Result<string, FamilyFailure> {
  const lines = text.trimEnd().split('\n');
  const at = lines.findIndex((line) => /^incomplete:/.test(line));
  if (lines.slice(at + 1).some((line) => /^[A-Za-z]/.test(line))) {
    const why = 'incomplete must be its last field, so that a model can be added to it';
    const problem = { file, line: at + 1, why };
    return err({ reason: 'family-file-invalid', ...problem, problems: [problem] });
  }
  const isEmpty = /^incomplete: *\[ *\] *$/.test(lines[at] ?? '');
  const kept = isEmpty ? [...lines.slice(0, at), 'incomplete:'] : [...lines, ''];
  return ok(`${kept.join('\n')}\n${model}`);
}

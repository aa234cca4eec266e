/** Finds a model in the catalogue directory: `<vendor>/<family>.yaml`, every file read and checked. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { type ModelId, modelOf } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { entriesOf, type FamilyFailure, type FamilyText, readFamilyText } from './read-family.ts';

export type CatalogueFailure =
  | FamilyFailure
  | { readonly reason: 'catalogue-unreadable'; readonly directory: string; readonly why: string }
  | { readonly reason: 'model-unknown'; readonly model: ModelId; readonly known: readonly string[] }
  | { readonly reason: 'model-incomplete'; readonly model: ModelId; readonly missing: readonly string[] };

/** The catalogue that is part of this repository. */
export const CATALOGUE_DIRECTORY = fileURLToPath(new URL('..', import.meta.url));

export async function findModel(
  model: ModelId,
  directory = CATALOGUE_DIRECTORY,
): Promise<Result<ModelEntry, CatalogueFailure>> {
  const families = await readVendor(model.split('/')[0] ?? '', directory);
  if (!families.ok) return families;
  const known: string[] = [];
  for (const { family, entries } of families.value) {
    const entry = entries.find((candidate) => candidate.model === model);
    if (entry !== undefined) return ok(entry);
    const incomplete = family.incomplete.find(
      ({ hardware, flash }) => flash !== undefined && modelOf(family.vendor, { hardware, flash }) === model,
    );
    if (incomplete !== undefined)
      return err({ reason: 'model-incomplete', model, missing: incomplete.missing });
    known.push(...entries.map((candidate) => candidate.model));
  }
  return err({ reason: 'model-unknown', model, known });
}

export type FamilyFile = FamilyText & {
  /** `quectel/ec25.yaml`, below the catalogue directory. */
  readonly file: string;
  readonly entries: readonly ModelEntry[];
};

/** All families of one vendor; none where the catalogue has no such directory. */
export async function readVendor(
  vendor: string,
  directory = CATALOGUE_DIRECTORY,
): Promise<Result<readonly FamilyFile[], CatalogueFailure>> {
  const names = await familyFilesOf(vendor, directory);
  if (!names.ok) return names;
  const families: FamilyFile[] = [];
  for (const file of names.value) {
    const family = await readFamilyFile(file, directory);
    if (!family.ok) return family;
    families.push(family.value);
  }
  return ok(families);
}

/** `quectel/ec25.yaml`, … in the order of their names. */
export async function familyFilesOf(
  vendor: string,
  directory: string,
): Promise<Result<readonly string[], CatalogueFailure>> {
  try {
    const names = await readdir(join(directory, vendor));
    return ok(
      names
        .filter((name) => name.endsWith('.yaml'))
        .sort()
        .map((name) => `${vendor}/${name}`),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok([]);
    return err({ reason: 'catalogue-unreadable', directory, why: (error as Error).message });
  }
}

export async function readFamilyFile(
  file: string,
  directory: string,
): Promise<Result<FamilyFile, CatalogueFailure>> {
  const text = await readFile(join(directory, file), 'utf8').catch((error: Error) => error);
  if (text instanceof Error) return err({ reason: 'catalogue-unreadable', directory, why: text.message });
  const read = readFamilyText(text, file);
  if (!read.ok) return read;
  const entries = entriesOf(read.value, file);
  return entries.ok ? ok({ ...read.value, file, entries: entries.value }) : entries;
}

/** Every vendor's families, in the order of their file names. */
export async function readCatalogue(
  directory = CATALOGUE_DIRECTORY,
): Promise<Result<readonly FamilyFile[], CatalogueFailure>> {
  const vendors = await vendorsOf(directory);
  if (!vendors.ok) return vendors;
  const all: FamilyFile[] = [];
  for (const vendor of vendors.value) {
    const families = await readVendor(vendor, directory);
    if (!families.ok) return families;
    all.push(...families.value);
  }
  return ok(all);
}

/** Directories of the catalogue; those without family files (rooms of code) have none to read. */
export async function vendorsOf(directory: string): Promise<Result<readonly string[], CatalogueFailure>> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return ok(
      entries
        .filter((each) => each.isDirectory())
        .map(({ name }) => name)
        .sort(),
    );
  } catch (error) {
    return err({ reason: 'catalogue-unreadable', directory, why: (error as Error).message });
  }
}

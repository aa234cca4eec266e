/** Finds a model in the catalogue directory: `<vendor>/<family>.yaml`, every file read and checked. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { type ModelId, modelOf } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Family } from './family.ts';
import { entriesOf, type FamilyFailure, readFamily } from './read-family.ts';

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

type FamilyFile = { readonly family: Family; readonly entries: readonly ModelEntry[] };

/** All families of one vendor; none where the catalogue has no such directory. */
export async function readVendor(
  vendor: string,
  directory = CATALOGUE_DIRECTORY,
): Promise<Result<readonly FamilyFile[], CatalogueFailure>> {
  let names: readonly string[];
  try {
    names = await readdir(join(directory, vendor));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok([]);
    return err({ reason: 'catalogue-unreadable', directory, why: (error as Error).message });
  }
  const families: FamilyFile[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith('.yaml')).sort()) {
    const file = `${vendor}/${name}`;
    const text = await readFile(join(directory, file), 'utf8').catch((error: Error) => error);
    if (text instanceof Error) return err({ reason: 'catalogue-unreadable', directory, why: text.message });
    const family = readFamily(text, file);
    if (!family.ok) return family;
    const entries = entriesOf(family.value, file);
    if (!entries.ok) return entries;
    families.push({ family: family.value, entries: entries.value });
  }
  return ok(families);
}

/**
 * The catalogue as `cistern` carries it: the entries that a local package is judged by, where no repository is asked
 * (`device/catalogue/catalogue.json`).
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { type ModelId, modelOf } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { CATALOGUE_DIRECTORY, type CatalogueFailure, readVendor } from './find-model.ts';

export const DEVICE_CATALOGUE_PATH = fileURLToPath(
  new URL('../../device/catalogue/catalogue.json', import.meta.url),
);

export type DeviceCatalogue = {
  readonly format: 'cistern-catalogue/1';
  readonly models: readonly ModelEntry[];
  /** Models that exist and of which too little is known to flash them. */
  readonly incomplete: readonly { readonly model: ModelId; readonly missing: readonly string[] }[];
};

/** Every vendor's families, in the order of their file names. */
export async function deviceCatalogue(
  directory = CATALOGUE_DIRECTORY,
): Promise<Result<DeviceCatalogue, CatalogueFailure>> {
  const models: ModelEntry[] = [];
  const incomplete: DeviceCatalogue['incomplete'][number][] = [];
  const directories = (await readdir(directory, { withFileTypes: true })).filter((each) =>
    each.isDirectory(),
  );
  for (const { name } of directories.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const families = await readVendor(name, directory);
    if (!families.ok) return families;
    for (const { family, entries } of families.value) {
      models.push(...entries);
      for (const { hardware, flash, missing } of family.incomplete) {
        const model = flash === undefined ? null : modelOf(family.vendor, { hardware, flash });
        if (model !== null) incomplete.push({ model, missing });
      }
    }
  }
  return ok({ format: 'cistern-catalogue/1', models, incomplete });
}

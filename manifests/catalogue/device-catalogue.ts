/**
 * The catalogue as `cistern` carries it: the entries that a local package is judged by, where no repository is asked
 * (`device/catalogue/catalogue.json`).
 */
import { fileURLToPath } from 'node:url';
import type { ModelEntry } from '../../shared/catalogue.ts';
import { type ModelId, modelOf } from '../../shared/model.ts';
import { ok, type Result } from '../../shared/result.ts';
import { CATALOGUE_DIRECTORY, type CatalogueFailure, readCatalogue } from './find-model.ts';

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
  const families = await readCatalogue(directory);
  if (!families.ok) return families;
  const models: ModelEntry[] = [];
  const incomplete: DeviceCatalogue['incomplete'][number][] = [];
  for (const { family, entries } of families.value) {
    models.push(...entries);
    for (const { hardware, flash, missing } of family.incomplete) {
      const model = flash === undefined ? null : modelOf(family.vendor, { hardware, flash });
      if (model !== null) incomplete.push({ model, missing });
    }
  }
  return ok({ format: 'cistern-catalogue/1', models, incomplete });
}

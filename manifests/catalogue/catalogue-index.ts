/** The catalogue in short, as the Worker carries it for look-ups (`edge/compatibility/catalogue-index.json`). */
import { fileURLToPath } from 'node:url';
import { type CatalogueIndex, catalogueIndexSchema, type KnownModel } from '../../shared/catalogue-index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { Family } from './family.ts';
import { CATALOGUE_DIRECTORY, type CatalogueFailure, readCatalogue } from './find-model.ts';

export const CATALOGUE_INDEX_PATH = fileURLToPath(
  new URL('../../edge/compatibility/catalogue-index.json', import.meta.url),
);

export async function catalogueIndex(
  directory = CATALOGUE_DIRECTORY,
): Promise<Result<CatalogueIndex, CatalogueFailure>> {
  const families = await readCatalogue(directory);
  if (!families.ok) return families;
  const index = {
    format: 'cistern-catalogue-index/1',
    families: families.value.map(({ family }) => ({
      vendor: family.vendor,
      family: family.family,
      hardwarePrefixes: family.all.hardwarePrefixes,
      variants: family.all.variants ?? [],
      chip: family.all.chip ?? null,
      flashMethod: family.all.flashMethod,
      models: [
        ...family.models.map((model) => knownModel(family, { ...model, missing: [] })),
        ...family.incomplete.map((model) => knownModel(family, model)),
      ],
      knownIssues: family.all.knownIssues,
      routers: family.all.routers ?? [],
      sources: family.all.sources,
    })),
  };
  return ok(catalogueIndexSchema.parse(index));
}

type Written = Omit<Family['incomplete'][number], 'storage'>;

/** A model with what holds for its whole family, as people ask about it. */
function knownModel({ all }: Family, model: Written): KnownModel {
  return {
    hardware: model.hardware,
    flash: model.flash ?? null,
    name: model.name,
    missing: model.missing,
    edges: [...all.edges, ...model.edges],
    floors: [...(all.floors ?? []), ...(model.floors ?? [])],
    knownIssues: [...all.knownIssues, ...model.knownIssues],
    seenVersions: model.seenVersions ?? [],
    interchangeableWith: model.interchangeableWith ?? [],
    routers: [...(all.routers ?? []), ...(model.routers ?? [])],
    sources: model.sources,
  };
}

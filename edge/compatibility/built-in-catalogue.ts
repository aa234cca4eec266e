/**
 * What the catalogue knows of modems that nothing is published for: built into the Worker, because D1 holds what is
 * published and nothing else. Made by `npm run -s build:catalogue`.
 */
import { type CatalogueIndex, catalogueIndexSchema, type KnownFamily } from '../../shared/catalogue-index.ts';
import { type CatalogueLookup, catalogueLookup } from '../../shared/catalogue-lookup.ts';
import index from './catalogue-index.json' with { type: 'json' };

let read: CatalogueIndex | undefined;
let built: CatalogueLookup | undefined;

/** Indexed at the first question of an isolate, not at its start. */
export function builtInCatalogue(): CatalogueLookup {
  built ??= catalogueLookup(readIndex());
  return built;
}

/** By vendor and family. */
export function knownFamilies(): readonly KnownFamily[] {
  return readIndex().families;
}

function readIndex(): CatalogueIndex {
  read ??= catalogueIndexSchema.parse(index);
  return read;
}

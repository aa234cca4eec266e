/** `GET /models/{vendor}/{model}`: what is published for it, or what is known of it where nothing is. */
import type { ModelId } from '../../../shared/model.ts';
import { builtInCatalogue } from '../../compatibility/built-in-catalogue.ts';
import { readModelRow } from '../../store/model-rows.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { pageAnswer } from '../page.tsx';
import { rolloutInForce } from '../parts/rollout-in-force.ts';
import { factsOfKnown, factsOfRow, type ModelFacts } from './model-facts.ts';
import { ModelPage } from './model-page.tsx';

type Stores = { readonly db: D1Database; readonly bucket: ObjectStore; readonly nowMs: () => number };

/** `null` for a model that nobody knows. */
export async function getModel({ db, bucket, nowMs }: Stores, model: ModelId): Promise<Response | null> {
  const facts = await factsOf(db, model);
  if (facts === null) return null;
  const inForce = facts.releases.length === 0 ? null : await rolloutInForce(bucket, model);
  const content = <ModelPage facts={facts} rollout={inForce?.rollout ?? null} nowMs={nowMs()} />;
  return pageAnswer(
    { title: `${facts.name} (${model})`, place: '/models', content },
    { cacheControl: 'public, max-age=60' },
  );
}

async function factsOf(db: D1Database, model: ModelId): Promise<ModelFacts | null> {
  const row = await readModelRow(db, model);
  if (row !== null) return factsOfRow(model, row);
  const [vendor, product = ''] = model.split('/');
  const [hardware = '', flash = ''] = product.toUpperCase().split('-');
  const known = builtInCatalogue()
    .modelsOf(hardware)
    .find((each) => each.family.vendor === vendor && each.model.flash === flash);
  return known === undefined ? null : factsOfKnown(model, known);
}

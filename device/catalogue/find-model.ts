/**
 * What is known of a model where no repository is asked: the catalogue that was built into this program. It is made
 * of `manifests/<vendor>/*.yaml` by `npm run -s build:catalogue`.
 */
import * as z from 'zod';
import { type ModelEntry, modelEntrySchema, modelIdSchema } from '../../shared/catalogue.ts';
import type { ModelId } from '../../shared/model.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import builtIn from './catalogue.json' with { type: 'json' };

const catalogueSchema = z.strictObject({
  format: z.literal('cistern-catalogue/1'),
  models: z.array(modelEntrySchema).min(1).max(1000),
  incomplete: z.array(z.strictObject({ model: modelIdSchema, missing: z.array(z.string()) })).max(1000),
});
export type Catalogue = z.infer<typeof catalogueSchema>;

export type FindModelFailure =
  | { readonly reason: 'model-not-in-catalogue'; readonly model: ModelId; readonly known: readonly string[] }
  | { readonly reason: 'model-incomplete'; readonly model: ModelId; readonly missing: readonly string[] };

export function findModel(
  model: ModelId,
  { models, incomplete }: Catalogue = catalogueSchema.parse(builtIn),
): Result<ModelEntry, FindModelFailure> {
  const entry = models.find((candidate) => candidate.model === model);
  if (entry !== undefined) return ok(entry);
  const missing = incomplete.find((candidate) => candidate.model === model)?.missing;
  if (missing !== undefined) return err({ reason: 'model-incomplete', model, missing });
  return err({ reason: 'model-not-in-catalogue', model, known: models.map((known) => known.model) });
}

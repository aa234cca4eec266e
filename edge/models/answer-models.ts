/** The catalogue in pages: `GET /v1/models`. One model with its releases and rules is its row as it stands. */
import * as z from 'zod';
import { MODELS_PAGE_DEFAULT, MODELS_PAGE_MAX } from '../limits.ts';
import { listModelRows, modelListingSchema } from '../store/model-rows.ts';

export const modelsQuerySchema = z.strictObject({
  /** The last model of the page before. */
  after: z.string().max(80).default(''),
  limit: z.coerce.number().int().min(1).max(MODELS_PAGE_MAX).default(MODELS_PAGE_DEFAULT),
});

export const modelsAnswerSchema = z.strictObject({
  models: z.array(modelListingSchema),
  /** Path and query of the next page; null on the last. */
  next: z.string().nullable(),
});

export async function answerModels(
  db: D1Database,
  query: z.infer<typeof modelsQuerySchema>,
): Promise<z.infer<typeof modelsAnswerSchema>> {
  const models = await listModelRows(db, { after: query.after, limit: query.limit + 1 });
  const page = models.slice(0, query.limit);
  const last = page.at(-1)?.model;
  const hasMore = models.length > query.limit && last !== undefined;
  const next = hasMore ? `/v1/models?after=${encodeURIComponent(last)}&limit=${query.limit}` : null;
  return { models: page, next };
}

/** The `models` table: a view of what is published, for lists and questions. Devices never need it. */
import * as z from 'zod';
import { modelEntrySchema } from '../../shared/catalogue.ts';
import type { ModelId } from '../../shared/model.ts';
import { releaseSummarySchema } from '../models/release-summary.ts';

/** A whole row, its JSON read. */
export const modelRowSchema = z.strictObject({
  model: z.string(),
  product: z.string(),
  name: z.string(),
  targetsVersion: z.int(),
  newestVersion: z.string().nullable(),
  releaseCount: z.int(),
  entry: modelEntrySchema,
  releases: z.array(releaseSummarySchema),
  updatedAt: z.string(),
});
export type ModelRow = z.infer<typeof modelRowSchema>;

/** A row as lists show it. */
export const modelListingSchema = modelRowSchema.omit({ entry: true, releases: true, targetsVersion: true });
export type ModelListing = z.infer<typeof modelListingSchema>;

const LISTED = `model, product, name, newest_version AS newestVersion, release_count AS releaseCount, updated_at AS updatedAt`;

export async function readModelRow(db: D1Database, model: ModelId): Promise<ModelRow | null> {
  const row = await db
    .prepare(
      `SELECT ${LISTED}, targets_version AS targetsVersion, entry, releases FROM models WHERE model = ?`,
    )
    .bind(model)
    .first<Record<'entry' | 'releases', string>>();
  if (row === null) return null;
  return modelRowSchema.parse({ ...row, entry: JSON.parse(row.entry), releases: JSON.parse(row.releases) });
}

/** Pages of models in the order of their ids, beginning after `after`. */
export async function listModelRows(
  db: D1Database,
  page: { readonly after: string; readonly limit: number },
): Promise<ModelListing[]> {
  const { results } = await db
    .prepare(`SELECT ${LISTED} FROM models WHERE model > ? ORDER BY model LIMIT ?`)
    .bind(page.after, page.limit)
    .all();
  return results.map((row) => modelListingSchema.parse(row));
}

/** Writes a row unless one of newer targets is there: a slow publisher must not take back what a quick one wrote. */
export async function writeModelRow(db: D1Database, row: ModelRow): Promise<void> {
  await db
    .prepare(
      `INSERT INTO models (model, product, name, targets_version, newest_version, release_count, entry, releases, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (model) DO UPDATE SET
         product = excluded.product, name = excluded.name, targets_version = excluded.targets_version,
         newest_version = excluded.newest_version, release_count = excluded.release_count,
         entry = excluded.entry, releases = excluded.releases, updated_at = excluded.updated_at
       WHERE excluded.targets_version >= models.targets_version`,
    )
    .bind(
      row.model,
      row.product,
      row.name,
      row.targetsVersion,
      row.newestVersion,
      row.releaseCount,
      JSON.stringify(row.entry),
      JSON.stringify(row.releases),
      row.updatedAt,
    )
    .run();
}

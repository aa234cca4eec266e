/** Makes a model's row from what is published. Manifests that the row knows already are not read again. */
import { utf8 } from '../../shared/bytes.ts';
import type { ModelId } from '../../shared/model.ts';
import { productOf } from '../../shared/model.ts';
import { RELEASES_ROW_MAX_BYTES } from '../limits.ts';
import { manifestsOf, readEntry, readManifest, readTargets } from '../metadata/stored-targets.ts';
import { type ModelRow, readModelRow, writeModelRow } from '../store/model-rows.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { newestFirst, type ReleaseSummary, summarizeRelease } from './release-summary.ts';

export async function refreshRow(
  stores: { readonly bucket: ObjectStore; readonly db: D1Database },
  model: ModelId,
  targetsVersion: number,
  nowMs: number,
): Promise<void> {
  const { bucket, db } = stores;
  const before = await readModelRow(db, model);
  if (before !== null && before.targetsVersion >= targetsVersion) return;
  const targets = await readTargets(bucket, model, targetsVersion);
  const known = new Map(before?.releases.map((release) => [release.manifest.sha256, release]));
  const releases: ReleaseSummary[] = [];
  for (const target of manifestsOf(targets, model)) {
    releases.push(
      known.get(target.file.hashes.sha256) ?? summarizeRelease(await readManifest(bucket, model, target)),
    );
  }
  const entry = await readEntry(bucket, model, targets);
  const newest = newestFirst(releases);
  const row: ModelRow = {
    model,
    product: productOf(entry),
    name: entry.name,
    targetsVersion,
    newestVersion: newest[0]?.version ?? null,
    releaseCount: newest.length,
    entry,
    releases: fitRow(newest),
    updatedAt: new Date(nowMs).toISOString(),
  };
  await writeModelRow(db, row);
}

/** Where the prose of hundreds of releases outgrows a row, the oldest lose theirs; rules and versions stay. */
function fitRow(releases: readonly ReleaseSummary[]): ReleaseSummary[] {
  let room = RELEASES_ROW_MAX_BYTES;
  return releases.map((release) => {
    room -= utf8(JSON.stringify(release)).length;
    return room > 0 ? release : { ...release, notes: '', fixes: [], knownIssues: [] };
  });
}

/** The rollout of a model that is in force, and the ETag of its document. */
import type { ModelId } from '../../../shared/model.ts';
import type { Rollout } from '../../../shared/rollout.ts';
import { readPublished } from '../../metadata/published.ts';
import { currentRolloutDocument, readRolloutDocument } from '../../metadata/rollout-document.ts';
import type { ObjectStore } from '../../store/object-store.ts';

export type RolloutInForce = { readonly rollout: Rollout; readonly etag: string };

/** `null` where nothing is published for the model. */
export async function rolloutInForce(bucket: ObjectStore, model: ModelId): Promise<RolloutInForce | null> {
  const published = await readPublished(bucket, model);
  if (published === null) return null;
  const listed = await currentRolloutDocument(bucket, model, published.state);
  const rollout = await readRolloutDocument(bucket, model, listed);
  return { rollout, etag: `"sha256-${listed.hashes.sha256}"` };
}

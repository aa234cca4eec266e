/** The model's present timestamp, renewed first where it is old: who meets it signs it, so no schedule is needed. */
import type { ModelId } from '../../shared/model.ts';
import { dueFor } from '../../shared/trust/due.ts';
import { advance } from './advance.ts';
import { type Published, readPublished } from './published.ts';
import type { MetadataRepository } from './repository.ts';

/**
 * `null` where nothing is published. A renewal that is refused (keys that the root does not name) leaves the old
 * signature in place: it holds for days, and the log says why it ages.
 */
export async function currentPublished(
  repository: MetadataRepository,
  model: ModelId,
): Promise<Published | null> {
  const published = await readPublished(repository.bucket, model);
  if (published === null || !dueFor(published.state, repository.signers, repository.nowMs()).timestamp) {
    return published;
  }
  const renewed = await advance(repository, model, { kind: 'renewal' });
  if (renewed.ok) return renewed.value;
  console.warn(JSON.stringify({ event: 'renewal-refused', model, reason: renewed.failure.reason }));
  return published;
}

/** How a release did on the devices that reported on it last. */
import type { ModelId } from '../../../shared/model.ts';
import { healthOf, type ReleaseHealth } from '../../../shared/rollout-health.ts';
import { newestEnds } from '../../store/attempt-ends.ts';
import { ENDS_COUNTED_MAX } from '../limits.ts';

export async function healthOfRelease(
  db: D1Database,
  model: ModelId,
  version: string,
): Promise<ReleaseHealth> {
  return healthOf(await newestEnds(db, { model, version, since: null, limit: ENDS_COUNTED_MAX }));
}

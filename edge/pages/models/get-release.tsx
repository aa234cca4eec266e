/** `GET /models/{vendor}/{model}/releases/{version}`: one release, linkable. */
import type { ModelId } from '../../../shared/model.ts';
import { readModelRow } from '../../store/model-rows.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { pageAnswer } from '../page.tsx';
import { healthOfRelease } from '../parts/health-of-release.ts';
import { rolloutInForce } from '../parts/rollout-in-force.ts';
import { rolloutSaid } from '../parts/rollout-said.ts';
import { ReleasePage } from './release-page.tsx';

type Stores = { readonly db: D1Database; readonly bucket: ObjectStore; readonly nowMs: () => number };

/** `null` for what is not published. */
export async function getRelease(
  { db, bucket, nowMs }: Stores,
  model: ModelId,
  version: string,
): Promise<Response | null> {
  const row = await readModelRow(db, model);
  const release = row?.releases.find((each) => each.version === version);
  if (row === null || release === undefined) return null;
  const inForce = await rolloutInForce(bucket, model);
  const entry = inForce?.rollout.releases.find((each) => each.version === version);
  const health = await healthOfRelease(db, model, version);
  const content = (
    <ReleasePage
      model={model}
      name={row.name}
      release={release}
      rollout={rolloutSaid(entry, nowMs())}
      health={health}
    />
  );
  return pageAnswer({ title: version, place: '/models', content }, { cacheControl: 'public, max-age=60' });
}

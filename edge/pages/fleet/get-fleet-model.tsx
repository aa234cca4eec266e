/** `GET /fleet/models/{vendor}/{model}`: the rollouts of one model, and how its releases do. */
import type { ModelId } from '../../../shared/model.ts';
import { readModelRow } from '../../store/model-rows.ts';
import { FLEET_RELEASES_MAX } from '../limits.ts';
import { pageAnswer } from '../page.tsx';
import { healthOfRelease } from '../parts/health-of-release.ts';
import { rolloutInForce } from '../parts/rollout-in-force.ts';
import { FleetModelPage } from './fleet-model-page.tsx';
import type { FleetStores } from './get-fleet.tsx';
import { readFleetReports } from './read-fleet-reports.ts';

/** `null` where nothing is published for the model. */
export async function getFleetModel(stores: FleetStores, model: ModelId): Promise<Response | null> {
  const { db, bucket } = stores;
  const row = await readModelRow(db, model);
  const inForce = await rolloutInForce(bucket, model);
  if (row === null || inForce === null) return null;
  const nowMs = stores.nowMs();
  const [reports, healths] = await Promise.all([
    readFleetReports(db, { model, nowMs }),
    Promise.all(
      row.releases
        .slice(0, FLEET_RELEASES_MAX)
        .map(async ({ version }) => ({ version, health: await healthOfRelease(db, model, version) })),
    ),
  ]);
  const content = (
    <FleetModelPage row={row} rollout={inForce.rollout} healths={healths} reports={reports} nowMs={nowMs} />
  );
  return pageAnswer({ title: `Fleet: ${row.name}`, place: '/fleet', content });
}

/** `GET /fleet/models/{vendor}/{model}`: the rollouts of one model, and how its releases do. */
import type { ModelId } from '../../../shared/model.ts';
import { readFleetReports } from '../../store/fleet-reports.ts';
import { readModelRow } from '../../store/model-rows.ts';
import { FLEET_REPORTS_MAX } from '../limits.ts';
import { pageAnswer } from '../page.tsx';
import { rolloutInForce } from '../parts/rollout-in-force.ts';
import { FleetModelPage } from './fleet-model-page.tsx';
import { type FleetStores, fleetSince } from './get-fleet.tsx';

/** `null` where nothing is published for the model. */
export async function getFleetModel(stores: FleetStores, model: ModelId): Promise<Response | null> {
  const { db, bucket } = stores;
  const row = await readModelRow(db, model);
  const inForce = await rolloutInForce(bucket, model);
  if (row === null || inForce === null) return null;
  const nowMs = stores.nowMs();
  const fromMs = fleetSince(nowMs);
  const since = new Date(fromMs).toISOString();
  const reports = await readFleetReports(db, { model, since, limit: FLEET_REPORTS_MAX });
  const content = (
    <FleetModelPage row={row} rollout={inForce.rollout} reports={reports} fromMs={fromMs} nowMs={nowMs} />
  );
  return pageAnswer({ title: `Fleet: ${row.name}`, place: '/fleet', content });
}

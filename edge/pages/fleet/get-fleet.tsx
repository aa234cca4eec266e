/** `GET /fleet`: all models and their rollouts, a page at a time; how it goes; what was done. */

import { MODEL_ID_MAX_CHARS } from '../../../shared/limits.ts';
import { parseModelId } from '../../../shared/model.ts';
import { listAuditEntries } from '../../store/audit-rows.ts';
import { listModelRows, type ModelListing } from '../../store/model-rows.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { recentlyHaltedTargets } from '../../store/recent-halts.ts';
import { DEEDS_SHOWN_MAX, FLEET_MODELS_A_PAGE, HALT_ENTRIES_MAX, HALTS_SHOWN_MAX } from '../limits.ts';
import { pageAnswer } from '../page.tsx';
import { rolloutInForce } from '../parts/rollout-in-force.ts';
import { type FleetModel, FleetPage, type HaltedRelease } from './fleet-page.tsx';
import type { Visit } from './guarded.tsx';
import { sessionToken } from './operator-session.ts';
import { readFleetReports } from './read-fleet-reports.ts';

export type FleetStores = {
  readonly db: D1Database;
  readonly bucket: ObjectStore;
  readonly nowMs: () => number;
};

export async function getFleet(stores: FleetStores, { request, operator }: Visit): Promise<Response> {
  const { db } = stores;
  const after = (new URL(request.url).searchParams.get('after') ?? '').slice(0, MODEL_ID_MAX_CHARS);
  const nowMs = stores.nowMs();
  const [listed, reports, deeds, recent] = await Promise.all([
    listModelRows(db, { after, limit: FLEET_MODELS_A_PAGE + 1 }),
    readFleetReports(db, { model: null, nowMs }),
    listAuditEntries(db, { before: null, target: null, limit: DEEDS_SHOWN_MAX }),
    recentlyHaltedTargets(db, { entries: HALT_ENTRIES_MAX, targets: HALTS_SHOWN_MAX }),
  ]);
  const models = await Promise.all(
    listed.slice(0, FLEET_MODELS_A_PAGE).map((model) => withRollout(stores, model)),
  );
  const next = listed.length > FLEET_MODELS_A_PAGE ? (models.at(-1)?.model ?? null) : null;
  const content = (
    <FleetPage
      models={models}
      next={next}
      halted={await stillHalted(stores, models, recent)}
      reports={reports}
      deeds={deeds.entries}
      operator={operator}
      hasSession={sessionToken(request.headers.get('cookie')) !== null}
      nowMs={nowMs}
    />
  );
  return pageAnswer({ title: 'Fleet', place: '/fleet', content });
}

/** Of the models on this page, and of others that were halted of late. */
async function stillHalted(
  { bucket }: FleetStores,
  models: readonly FleetModel[],
  recentTargets: readonly string[],
): Promise<readonly HaltedRelease[]> {
  const shown = new Set(models.map(({ model }) => model));
  const others = new Set(recentTargets.map((target) => target.split(' ')[0] ?? ''));
  const unseen = [...others]
    .filter((model) => !shown.has(model))
    .flatMap((model) => parseModelId(model) ?? []);
  const elsewhere = await Promise.all(
    unseen.map(async (model) => ({ model, rollout: (await rolloutInForce(bucket, model))?.rollout ?? null })),
  );
  return [...models, ...elsewhere].flatMap(({ model, rollout }) =>
    (rollout?.releases ?? [])
      .filter(({ state }) => state === 'halted')
      .map(({ version, why }) => ({ model, version, why })),
  );
}

async function withRollout({ bucket }: FleetStores, listing: ModelListing): Promise<FleetModel> {
  const model = parseModelId(listing.model);
  const inForce = model === null ? null : await rolloutInForce(bucket, model);
  return { ...listing, rollout: inForce?.rollout ?? null };
}

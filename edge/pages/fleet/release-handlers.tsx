/**
 * One release of the fleet: how it does, and what may be done to it. A change is asked for by a form, shown as what it
 * would be, and done only when that page is confirmed: over the very rollout it was shown for.
 */
import type { Hono } from 'hono';
import { parseModelId } from '../../../shared/model.ts';
import { checkShape } from '../../http/body.ts';
import { problemResponse } from '../../http/problem.ts';
import { releaseTarget } from '../../operator/rollout-deeds.ts';
import { listAuditEntries } from '../../store/audit-rows.ts';
import { readModelRow } from '../../store/model-rows.ts';
import { DEEDS_SHOWN_MAX } from '../limits.ts';
import { pageAnswer } from '../page.tsx';
import { healthOfRelease } from '../parts/health-of-release.ts';
import { fleetReleasePath } from '../parts/links.ts';
import { type RolloutInForce, rolloutInForce } from '../parts/rollout-in-force.ts';
import { changeRollout, changeSchema } from './change.ts';
import { ConfirmPage } from './confirm-page.tsx';
import { putToApi } from './fleet-api.ts';
import { FleetReleasePage } from './fleet-release-page.tsx';
import type { FleetStores } from './get-fleet.tsx';
import type { Visit } from './guarded.tsx';
import { readForm } from './read-form.ts';
import { redirect } from './session-handlers.tsx';

type Named = NonNullable<Awaited<ReturnType<typeof named>>>;

/** The release that a path names; `null` where it is not published. */
async function named({ db, bucket }: FleetStores, { param }: Visit) {
  const model = parseModelId(`${param('vendor')}/${param('model')}`);
  const row = model === null ? null : await readModelRow(db, model);
  const version = param('version');
  if (model === null || row === null || !row.releases.some((release) => release.version === version))
    return null;
  const inForce = await rolloutInForce(bucket, model);
  return inForce === null ? null : { model, version, name: row.name, inForce };
}

export async function getFleetRelease(stores: FleetStores, visit: Visit): Promise<Response | null> {
  const release = await named(stores, visit);
  return release === null ? null : releasePage(stores, visit, release, {});
}

/** `GET …/confirm?action=…`: what the change would be; nothing is done. */
export async function getConfirm(stores: FleetStores, visit: Visit): Promise<Response | null> {
  const release = await named(stores, visit);
  if (release === null) return null;
  const asked = Object.fromEntries(new URL(visit.request.url).searchParams);
  const change = checkShape(asked, changeSchema, 'invalid-request');
  if (!change.ok) return releasePage(stores, visit, release, { wrong: wrongOf(change.failure.errors) });
  const next = changeRollout(release.inForce.rollout, release.version, change.value, stores.nowMs());
  if (!next.ok) return releasePage(stores, visit, release, { wrong: next.failure.why });
  const content = (
    <ConfirmPage
      {...release}
      etag={release.inForce.etag}
      change={change.value}
      before={entryOf(release.inForce.rollout, release.version)}
      after={entryOf(next.value, release.version)}
      nowMs={stores.nowMs()}
    />
  );
  return pageAnswer({
    title: `Confirm: ${change.value.action} ${release.version}`,
    place: '/fleet',
    content,
  });
}

/** The confirmed form: the API does it, or says why not. */
export async function postChange(app: Hono, stores: FleetStores, visit: Visit): Promise<Response | null> {
  const form = await readForm(visit.request);
  if (!form.ok) return problemResponse(form.failure);
  const release = await named(stores, visit);
  if (release === null) return null;
  const { etag = '', ...asked } = form.value;
  const change = checkShape(asked, changeSchema, 'body-invalid');
  if (!change.ok) return problemResponse(change.failure);
  const { model, version, inForce } = release;
  const next = changeRollout(inForce.rollout, version, change.value, stores.nowMs());
  if (!next.ok) return releasePage(stores, visit, release, { wrong: next.failure.why });
  const path = `/v1/operator/models/${model}/rollout`;
  const answer = await putToApi(app, visit.context, path, { value: next.value, ifMatch: etag });
  return answer.ok ? redirect(`${fleetReleasePath(model, version)}?done=${change.value.action}`) : answer;
}

async function releasePage(
  { db, nowMs }: FleetStores,
  { request, operator }: Visit,
  { model, version, name, inForce }: Named,
  { wrong }: { readonly wrong?: string },
): Promise<Response> {
  const deeds = await listAuditEntries(db, {
    before: null,
    target: releaseTarget(model, version),
    limit: DEEDS_SHOWN_MAX,
  });
  const content = (
    <FleetReleasePage
      model={model}
      version={version}
      name={name}
      entry={entryOf(inForce.rollout, version)}
      health={await healthOfRelease(db, model, version)}
      deeds={deeds.entries}
      mayChange={operator.scopes.has('rollout')}
      isDone={new URL(request.url).searchParams.has('done') && wrong === undefined}
      wrong={wrong ?? null}
      nowMs={nowMs()}
    />
  );
  return pageAnswer(
    { title: `Fleet: ${version}`, place: '/fleet', content },
    { status: wrong === undefined ? 200 : 422 },
  );
}

function entryOf(rollout: RolloutInForce['rollout'], version: string) {
  return rollout.releases.find((entry) => entry.version === version);
}

function wrongOf(errors: readonly { readonly detail: string }[] = []): string {
  return `That cannot be done: ${errors.map(({ detail }) => detail).join('; ')}.`;
}

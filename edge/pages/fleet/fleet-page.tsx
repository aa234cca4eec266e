/** The fleet at a glance. */
import type { AuditEntry } from '../../../shared/operator-api.ts';
import type { Rollout } from '../../../shared/rollout.ts';
import type { Caller } from '../../operator/caller.ts';
import type { ModelListing } from '../../store/model-rows.ts';
import { fleetModelPath, fleetReleasePath } from '../parts/links.ts';
import { NewestVersion } from '../parts/newest-version.tsx';
import { rolloutSaid } from '../parts/rollout-said.ts';
import { number, TableHead } from '../parts/table-head.tsx';
import { Tag } from '../parts/tag.tsx';
import { DeedsView } from './deeds-view.tsx';
import type { FleetReports } from './read-fleet-reports.ts';
import { ReportsView } from './reports-view.tsx';

export type FleetModel = ModelListing & { readonly rollout: Rollout | null };

export type HaltedRelease = { readonly model: string; readonly version: string; readonly why: string };

type Props = {
  readonly models: readonly FleetModel[];
  /** Also of models on other pages. */
  readonly halted: readonly HaltedRelease[];
  /** The model after which the next page begins. */
  readonly next: string | null;
  readonly reports: FleetReports;
  readonly deeds: readonly AuditEntry[];
  readonly operator: Caller;
  readonly hasSession: boolean;
  readonly nowMs: number;
};

export function FleetPage({ models, next, halted, reports, deeds, operator, hasSession, nowMs }: Props) {
  return (
    <>
      <h1>Fleet</h1>
      <SignedIn operator={operator} hasSession={hasSession} />
      <Stopped halted={halted} />
      <h2>Rollouts</h2>
      {models.length === 0 ? (
        <p>No model is published here yet.</p>
      ) : (
        <Rollouts models={models} nowMs={nowMs} />
      )}
      {next === null ? null : (
        <p>
          <a class="button quiet" href={`/fleet?${new URLSearchParams({ after: next })}`}>
            More models
          </a>
        </p>
      )}
      <ReportsView {...reports} />
      <h2>What was done</h2>
      <DeedsView entries={deeds} />
    </>
  );
}

type SignedInProps = { readonly operator: Caller; readonly hasSession: boolean };

/** Who comes through Access has no session here that could be ended. */
function SignedIn({ operator, hasSession }: SignedInProps) {
  return (
    <form class="signed-in" action="/fleet/session/end" method="post">
      <span class="soft">
        {`Signed in as ${operator.actor}, ${operator.scopes.has('rollout') ? 'may change rollouts' : 'may read'}.`}
      </span>
      {hasSession ? (
        <button class="quiet" type="submit">
          Sign out
        </button>
      ) : null}
    </form>
  );
}

/** Halts first: somebody has to decide. */
function Stopped({ halted }: { readonly halted: readonly HaltedRelease[] }) {
  if (halted.length === 0) return null;
  return (
    <>
      <h2>Halted, and waiting for a decision</h2>
      <ul class="said stopped">
        {halted.map(({ model, version, why }) => (
          <li class="unsure">
            <p>
              <a class="version" href={fleetReleasePath(model, version)}>
                {version}
              </a>{' '}
              <span class="soft">{model}</span>
            </p>
            <p>{why}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

function Rollouts({ models, nowMs }: { readonly models: readonly FleetModel[]; readonly nowMs: number }) {
  return (
    <table class="rows">
      <TableHead columns={['Model', 'Newest release', 'Rollout', number('Releases')]} />
      <tbody>
        {models.map(({ model, name, newestVersion, releaseCount, rollout }) => (
          <tr>
            <th scope="row">
              <a href={fleetModelPath(model)}>{model}</a> <span class="soft small">{name}</span>
            </th>
            <NewestVersion version={newestVersion} pathOf={(version) => fleetReleasePath(model, version)} />
            <td data-is="Rollout:">
              {newestVersion === null ? null : (
                <Tag
                  {...rolloutSaid(
                    rollout?.releases.find(({ version }) => version === newestVersion),
                    nowMs,
                  )}
                />
              )}
            </td>
            <td data-is="Releases:" class="number">
              {releaseCount}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

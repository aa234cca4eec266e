/** One model's rollouts, and how each of its releases does. */
import type { Rollout } from '../../../shared/rollout.ts';
import type { ReleaseHealth } from '../../../shared/rollout-health.ts';
import type { ModelRow } from '../../store/model-rows.ts';
import { ENDS_COUNTED_MAX } from '../limits.ts';
import { Crumbs } from '../parts/crumbs.tsx';
import { fleetReleasePath, modelPath } from '../parts/links.ts';
import { rolloutSaid } from '../parts/rollout-said.ts';
import { number, TableHead } from '../parts/table-head.tsx';
import { Tag } from '../parts/tag.tsx';
import type { FleetReports } from './read-fleet-reports.ts';
import { ReportsView } from './reports-view.tsx';

type Props = {
  readonly row: ModelRow;
  readonly rollout: Rollout;
  /** Of the releases that are shown, newest first. */
  readonly healths: readonly { readonly version: string; readonly health: ReleaseHealth }[];
  readonly reports: FleetReports;
  readonly nowMs: number;
};

export function FleetModelPage({ row, rollout, healths, reports, nowMs }: Props) {
  return (
    <>
      <Crumbs way={[{ path: '/fleet', name: 'Fleet' }]} />
      <h1>{row.name}</h1>
      <p class="lead">
        <a href={modelPath(row.model)}>{row.model}</a>
      </p>
      <h2>Releases</h2>
      {row.releases.length === 0 ? (
        <p>No release is published for this model yet.</p>
      ) : (
        <p class="soft small">
          {`How each did on the newest ${ENDS_COUNTED_MAX} devices that tried it.${healths.length < row.releases.length ? ` The newest ${healths.length} releases of ${row.releases.length}.` : ''}`}
        </p>
      )}
      {row.releases.length === 0 ? null : (
        <table class="rows">
          <TableHead columns={['Version', 'Rollout', number('Updated'), number('Failed')]} />
          <tbody>
            {healths.map(({ version, health }) => (
              <tr>
                <th scope="row">
                  <a class="version" href={fleetReleasePath(row.model, version)}>
                    {version}
                  </a>
                </th>
                <td data-is="Rollout:">
                  <Tag
                    {...rolloutSaid(
                      rollout.releases.find((entry) => entry.version === version),
                      nowMs,
                    )}
                  />
                </td>
                <td class="number" data-is="Devices updated:">
                  {health.succeeded}
                </td>
                <td class="number" data-is="Devices it failed on:">
                  {health.failed}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ReportsView {...reports} />
    </>
  );
}

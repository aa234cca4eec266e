/** The releases of a model, newest first, with what their rollout lets through. */
import type { ModelId } from '../../../shared/model.ts';
import type { Rollout } from '../../../shared/rollout.ts';
import type { ReleaseSummary } from '../../models/release-summary.ts';
import { RELEASES_SHOWN_MAX } from '../limits.ts';
import { releasePath } from '../parts/links.ts';
import { bytesSaid } from '../parts/numbers-said.ts';
import { rolloutSaid } from '../parts/rollout-said.ts';
import { number, TableHead } from '../parts/table-head.tsx';
import { Tag } from '../parts/tag.tsx';

type Props = {
  readonly model: ModelId;
  readonly releases: readonly ReleaseSummary[];
  readonly rollout: Rollout | null;
  readonly nowMs: number;
};

export function ReleaseTable({ model, releases, rollout, nowMs }: Props) {
  const shown = releases.slice(0, RELEASES_SHOWN_MAX);
  return (
    <>
      <table class="rows">
        <TableHead columns={['Version', 'Released', 'Rollout', number('Download')]} />
        <tbody>
          {shown.map(({ version, releasedOn, storedBytes }) => {
            const entry = rollout?.releases.find((each) => each.version === version);
            return (
              <tr>
                <th scope="row">
                  <a class="version" href={releasePath(model, version)}>
                    {version}
                  </a>
                </th>
                <td data-is="Released">{releasedOn}</td>
                <td data-is="Rollout:">
                  <Tag {...rolloutSaid(entry, nowMs)} />
                </td>
                <td data-is="Download:" class="number">
                  {bytesSaid(storedBytes)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {shown.length < releases.length ? (
        <p class="soft">{`And ${releases.length - shown.length} older ones.`}</p>
      ) : null}
    </>
  );
}

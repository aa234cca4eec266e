/** The audit log as people read it. */
import type { AuditEntry } from '../../../shared/operator-api.ts';
import { dateTimeSaid } from '../parts/numbers-said.ts';
import { TableHead } from '../parts/table-head.tsx';

export function DeedsView({ entries }: { readonly entries: readonly AuditEntry[] }) {
  if (entries.length === 0) return <p>Nothing is written there yet.</p>;
  return (
    <table class="rows">
      <TableHead columns={['When', 'Who', 'What', 'On', 'Detail']} />
      <tbody>
        {entries.map(({ at, actor, action, target, outcome, detail }) => (
          <tr>
            <th scope="row">{dateTimeSaid(at)}</th>
            <td>{actor}</td>
            <td>{outcome === 'done' ? action : `${action} (${outcome})`}</td>
            <td>
              <span class="version">{target}</span>
            </td>
            <td class="small">{detail}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is known to go wrong with some versions, and the way around it. */
import type * as z from 'zod';
import type { knownIssueSchema } from '../../../shared/catalogue.ts';
import { versionsSaid } from './versions-said.ts';

type KnownIssue = z.infer<typeof knownIssueSchema>;

export function KnownIssues({ issues }: { readonly issues: readonly KnownIssue[] }) {
  if (issues.length === 0) return null;
  return (
    <>
      <h2>Known issues</h2>
      <ul class="said">
        {issues.map(({ what, workaround, source, versions }) => (
          <li>
            <p>{what}</p>
            {workaround === undefined ? null : (
              <p>
                <strong>Workaround:</strong> {workaround}
              </p>
            )}
            <p class="source">
              Concerns {versionsSaid(versions)}. Source: {source}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

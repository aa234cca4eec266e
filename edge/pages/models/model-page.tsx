/** One model: its releases, the rules between them, and what is known of the hardware. */
import { isFlashedByUs } from '../../../shared/catalogue-index.ts';
import type { Rollout } from '../../../shared/rollout.ts';
import { howFlashed } from '../../compatibility/known-modem.ts';
import { Crumbs } from '../parts/crumbs.tsx';
import { KnownIssues } from '../parts/known-issues.tsx';
import { lookUpPath } from '../parts/links.ts';
import { SaidList } from '../parts/said-list.tsx';
import { Hardware } from './hardware.tsx';
import type { ModelFacts } from './model-facts.ts';
import { ReleaseTable } from './release-table.tsx';
import { rulesSaid } from './rules-said.ts';

type Props = { readonly facts: ModelFacts; readonly rollout: Rollout | null; readonly nowMs: number };

export function ModelPage({ facts, rollout, nowMs }: Props) {
  const rules = rulesSaid(facts);
  return (
    <>
      <Crumbs way={[{ path: '/models', name: 'Models' }]} />
      <h1>{facts.name}</h1>
      <p class="lead">
        <code>{facts.model}</code>
        {facts.chip === null ? '' : `, chip ${facts.chip}`}, flashed {howFlashed(facts.flashMethod)}
        {isFlashedByUs(facts) ? '' : ', which Cistern does not do yet'}.
      </p>
      <h2>Releases</h2>
      {facts.releases.length === 0 ? (
        <NothingPublished missing={facts.missing} />
      ) : (
        <ReleaseTable model={facts.model} releases={facts.releases} rollout={rollout} nowMs={nowMs} />
      )}
      {rules.length === 0 ? null : (
        <>
          <h2>What may follow what</h2>
          <SaidList said={rules} />
        </>
      )}
      <KnownIssues issues={facts.knownIssues} />
      <SeenVersions seen={facts.seenVersions} />
      <Hardware facts={facts} />
      {facts.sources.length === 0 ? null : (
        <>
          <h2>Sources</h2>
          <ul class="small text">
            {facts.sources.map((source) => (
              <li>{source}</li>
            ))}
          </ul>
        </>
      )}
      <p class="small soft">
        {facts.entry === null ? null : (
          <>
            As JSON: <a href={`/v1/models/${facts.model}`}>{`/v1/models/${facts.model}`}</a>
          </>
        )}
      </p>
    </>
  );
}

function NothingPublished({ missing }: { readonly missing: readonly string[] }) {
  return (
    <>
      <p>Nothing is published here for this model.</p>
      {missing.length === 0 ? null : (
        <>
          <p>Before a release of it can be published, somebody must find out:</p>
          <ul>
            {missing.map((what) => (
              <li>{what}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function SeenVersions({ seen }: { readonly seen: ModelFacts['seenVersions'] }) {
  if (seen.length === 0) return null;
  return (
    <>
      <h2>Versions seen on such modems</h2>
      <p class="text soft">That a version exists does not say that it is good.</p>
      <details>
        <summary>{seen.length === 1 ? 'One version' : `${seen.length} versions`}</summary>
        <ul class="said">
          {seen.map(({ version, note, source }) => (
            <li>
              <p>
                <a class="version" href={lookUpPath(version)}>
                  {version}
                </a>
                {note === undefined ? '' : ` ${note}`}
              </p>
              <p class="source">Source: {source}</p>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

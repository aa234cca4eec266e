/** One release: what it is, whom it is offered to, how it went, what it may follow. */
import type { ModelId } from '../../../shared/model.ts';
import type { ReleaseHealth } from '../../../shared/rollout-health.ts';
import type { ReleaseSummary } from '../../models/release-summary.ts';
import { Crumbs } from '../parts/crumbs.tsx';
import { HealthLine } from '../parts/health-line.tsx';
import { modelPath } from '../parts/links.ts';
import { bytesSaid } from '../parts/numbers-said.ts';
import type { RolloutSaid } from '../parts/rollout-said.ts';
import { SaidList } from '../parts/said-list.tsx';
import { VerdictBox } from '../parts/verdict-box.tsx';
import { versionsSaid } from '../parts/versions-said.ts';

type Props = {
  readonly model: ModelId;
  readonly name: string;
  readonly release: ReleaseSummary;
  readonly rollout: RolloutSaid;
  readonly health: ReleaseHealth;
};

export function ReleasePage({ model, name, release, rollout, health }: Props) {
  const { version, releasedOn, packageBytes, storedBytes, notes, fixes, knownIssues, installableFrom } =
    release;
  return (
    <>
      <Crumbs
        way={[
          { path: '/models', name: 'Models' },
          { path: modelPath(model), name },
        ]}
      />
      <h1 class="version">{version}</h1>
      <p class="lead">{`For ${name} (${model}), released on ${releasedOn}.`}</p>
      <VerdictBox tone={rollout.tone} title={`Rollout: ${rollout.word}`}>
        <p>{rollout.sentence}</p>
      </VerdictBox>
      <h2>How it went</h2>
      <HealthLine health={health} />
      {notes === '' ? null : (
        <>
          <h2>Notes</h2>
          <p class="text lines">{notes}</p>
        </>
      )}
      <Sentences title="Fixes" sentences={fixes} />
      <Sentences title="Known issues" sentences={knownIssues} />
      <h2>What it may follow</h2>
      {installableFrom.length === 0 ? (
        <p class="text">
          The release itself names no version that it may follow; the{' '}
          <a href={modelPath(model)}>model's rules</a> decide alone.
        </p>
      ) : (
        <SaidList
          said={installableFrom.map(({ from, source }) => ({ says: sentence(versionsSaid(from)), source }))}
        />
      )}
      <h2>Does it fit a modem?</h2>
      <form class="ask" action="/" method="get">
        <div>
          <label for="installed">What that modem runs</label>
          <textarea
            id="installed"
            name="installed"
            rows={2}
            required
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
          />
        </div>
        <input type="hidden" name="wanted" value={version} />
        <div class="actions">
          <button type="submit">Look up</button>
        </div>
      </form>
      <h2>Package</h2>
      <dl class="facts">
        <dt>To download</dt>
        <dd>{bytesSaid(storedBytes)}</dd>
        <dt>Unpacked</dt>
        <dd>{bytesSaid(packageBytes)}</dd>
        <dt>Manifest</dt>
        <dd>
          <code>{release.manifest.path}</code>, SHA-256 <code>{release.manifest.sha256}</code>
        </dd>
      </dl>
    </>
  );
}

function Sentences({ title, sentences }: { readonly title: string; readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul class="text">
        {sentences.map((each) => (
          <li>{each}</li>
        ))}
      </ul>
    </>
  );
}

function sentence(said: string): string {
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

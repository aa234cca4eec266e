/** The answer to one question, in the order in which it is read out. */
import type { RolloutEntry } from '../../../shared/rollout.ts';
import type { Answer, NearMiss } from '../../compatibility/answer.ts';
import { FoundIn } from '../parts/found-in.tsx';
import { HealthLine } from '../parts/health-line.tsx';
import { KnownIssues } from '../parts/known-issues.tsx';
import { modelPath, releasePath } from '../parts/links.ts';
import { SaidList } from '../parts/said-list.tsx';
import { VerdictBox } from '../parts/verdict-box.tsx';
import { headlineOf } from './headline.ts';
import type { ReleaseNow } from './look-up-page.tsx';

type Props = {
  readonly answer: Answer;
  readonly isNewest: boolean;
  readonly release: ReleaseNow | null;
};

export function AnswerView({ answer, isNewest, release }: Props) {
  const headline = headlineOf({ ...answer, isNewest });
  return (
    <section aria-label="Answer">
      <VerdictBox tone={headline.tone} title={headline.title}>
        <p>{headline.sentence}</p>
      </VerdictBox>
      {release?.stopped === undefined ? null : <Stopped {...release.stopped} />}
      <DidYouMean answer={answer} />
      <h2>Why</h2>
      <SaidList said={answer.reasons.map(({ sentence, source }) => ({ says: sentence, source }))} />
      <Hops answer={answer} />
      {release === null ? null : (
        <>
          <h2>How it went for others</h2>
          <HealthLine health={release.health} />
        </>
      )}
      <KnownIssues issues={answer.knownIssues} />
      <AboutModem answer={answer} />
    </section>
  );
}

/** What fits may still have been stopped: who reads out a yes has to know. */
function Stopped({ version, state, why }: RolloutEntry) {
  return (
    <VerdictBox
      tone={state === 'recalled' ? 'bad' : 'unsure'}
      title={state === 'recalled' ? 'But it was recalled' : 'But its rollout is halted'}
    >
      <p>{`${version}: ${why}`}</p>
    </VerdictBox>
  );
}

function Hops({ answer: { verdict, path, installed, model, wanted } }: { readonly answer: Answer }) {
  if (verdict !== 'fits' || wanted === installed) return null;
  return (
    <>
      <h2>The way there</h2>
      <ol class="hops">
        <li>
          <span class="version">{installed}</span> <span class="soft">is installed</span>
        </li>
        {path.map((version) => (
          <li>
            {model === null ? (
              <span class="version">{version}</span>
            ) : (
              <a class="version" href={releasePath(model, version)}>
                {version}
              </a>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

function DidYouMean({ answer: { didYouMean, installed } }: { readonly answer: Answer }) {
  if (didYouMean.length === 0) return null;
  return (
    <>
      <h2>Did you mean</h2>
      <ul>
        {didYouMean.map((near) => (
          <li>
            <a href={linkOf(near, installed)}>{near.text}</a> <span class="soft">({near.name})</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function linkOf({ kind, text }: NearMiss, installed: string): string {
  switch (kind) {
    case 'model':
      return modelPath(text);
    case 'hardware':
      return `/?${new URLSearchParams({ installed: text })}`;
    case 'release':
      return `/?${new URLSearchParams({ installed, wanted: text })}`;
  }
}

function AboutModem({ answer: { known, model } }: { readonly answer: Answer }) {
  if (known === null && model === null) return null;
  return (
    <>
      <h2>About this modem</h2>
      <dl class="facts">
        {known === null ? null : (
          <>
            <dt>Modem</dt>
            <dd>{known.name ?? `of the family ${known.family}`}</dd>
            <dt>Chip</dt>
            <dd>{known.chip ?? 'not known'}</dd>
            <dt>Flashed by Cistern</dt>
            <dd>{known.isFlashedByCistern ? 'yes' : 'not yet'}</dd>
            <FoundIn routers={known.routers} />
          </>
        )}
        {model === null ? null : (
          <>
            <dt>Model</dt>
            <dd>
              <a href={modelPath(model)}>{model}</a>
            </dd>
          </>
        )}
      </dl>
    </>
  );
}

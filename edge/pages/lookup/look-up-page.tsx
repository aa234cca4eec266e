/** The look-up: one box, and the answer that a support agent reads out. */
import type { RolloutEntry } from '../../../shared/rollout.ts';
import type { ReleaseHealth } from '../../../shared/rollout-health.ts';
import type { Answer } from '../../compatibility/answer.ts';
import { ECHO_MAX_CHARS } from '../limits.ts';
import { AnswerView } from './answer-view.tsx';

export type Asked = { readonly installed: string; readonly wanted: string };

export type LookUp =
  | { readonly kind: 'nothing-asked' }
  | { readonly kind: 'refused'; readonly errors: readonly FieldError[] }
  | {
      readonly kind: 'answered';
      readonly answer: Answer;
      readonly isNewest: boolean;
      readonly release: ReleaseNow | null;
    };

export type ReleaseNow = {
  readonly health: ReleaseHealth;
  /** Its rollout, where it is halted or recalled. */
  readonly stopped: RolloutEntry | undefined;
};

type FieldError = { readonly pointer: string; readonly detail: string };

export function LookUpPage({ asked, lookUp }: { readonly asked: Asked; readonly lookUp: LookUp }) {
  if (lookUp.kind === 'answered') {
    return (
      <>
        <h1>Does this firmware fit this modem?</h1>
        <AnswerView {...lookUp} />
        <h2>Ask again</h2>
        <LookUpForm asked={asked} errors={[]} />
      </>
    );
  }
  return (
    <>
      <h1>Does this firmware fit this modem?</h1>
      <p class="lead">
        Paste what the modem, the router or the label says. The answer comes with its reasons and their
        sources.
      </p>
      <LookUpForm asked={asked} errors={lookUp.kind === 'refused' ? lookUp.errors : []} />
      <Hints />
    </>
  );
}

function LookUpForm({ asked, errors }: { readonly asked: Asked; readonly errors: readonly FieldError[] }) {
  const wrong = (field: string) =>
    errors.filter(({ pointer }) => pointer === `/${field}`).map(({ detail }) => detail)[0];
  const installedWrong = wrong('installed');
  const wantedWrong = wrong('wanted');
  return (
    <form class="ask" action="/" method="get">
      <div>
        <label for="installed">What the modem runs</label>
        <p class="hint" id="installed-hint">
          The answer to <code>AT+QGMR</code> or <code>ATI</code>, a line of the router, a file name, or what
          is printed on the label.
        </p>
        <textarea
          id="installed"
          name="installed"
          rows={3}
          required
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-describedby={
            installedWrong === undefined ? 'installed-hint' : 'installed-wrong installed-hint'
          }
          {...(installedWrong === undefined ? {} : { 'aria-invalid': 'true' })}
        >
          {keepFirstNewline(asked.installed.slice(0, ECHO_MAX_CHARS))}
        </textarea>
        {installedWrong === undefined ? null : (
          <p class="wrong" id="installed-wrong">
            {sentence(installedWrong)}
          </p>
        )}
      </div>
      <details open={asked.wanted !== ''}>
        <summary>Ask about one release</summary>
        <label for="wanted">The release that shall be installed</label>
        <p class="hint" id="wanted-hint">
          Left empty: the newest that fits.
        </p>
        <input
          id="wanted"
          name="wanted"
          value={asked.wanted.slice(0, ECHO_MAX_CHARS)}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-describedby={wantedWrong === undefined ? 'wanted-hint' : 'wanted-wrong wanted-hint'}
          {...(wantedWrong === undefined ? {} : { 'aria-invalid': 'true' })}
        />
        {wantedWrong === undefined ? null : (
          <p class="wrong" id="wanted-wrong">
            {sentence(wantedWrong)}
          </p>
        )}
      </details>
      <div class="actions">
        <button type="submit">Look up</button>
      </div>
    </form>
  );
}

/** A parser drops the first line end of a textarea. */
function keepFirstNewline(text: string): string {
  return text.startsWith('\n') ? `\n${text}` : text;
}

/** What the question's schema says of a field is the rest of a sentence. */
function sentence(detail: string): string {
  return `This cannot be answered: ${detail}.`;
}

function Hints() {
  return (
    <section class="text">
      <h2>What can be asked</h2>
      <p>
        A firmware version tells hardware, flash, release and customer line, such as{' '}
        <a href="/?installed=EC25EUGAR06A05M4G_01.001.01.001">
          <code>EC25EUGAR06A05M4G_01.001.01.001</code>
        </a>
        . A label such as{' '}
        <a href="/?installed=EC20CEFA-512-STD">
          <code>EC20CEFA-512-STD</code>
        </a>{' '}
        tells the hardware alone, and a name such as{' '}
        <a href="/?installed=RM502Q-AE">
          <code>RM502Q-AE</code>
        </a>{' '}
        the family.
      </p>
      <p>
        The modem itself decides, never the name of the router. What nobody vouches for is answered “not
        known”, and is not to be installed. A modem that went dark while it was flashed:{' '}
        <a href="/diagnose">diagnose its log</a>.
      </p>
    </section>
  );
}

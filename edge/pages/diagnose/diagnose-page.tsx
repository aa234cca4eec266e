/** Paste a log; see what happened, by which line, what became of the modem, and what to do. */
import type { Diagnosis } from '../../../shared/diagnosis/diagnosis.ts';
import { DiagnosisView } from './diagnosis-view.tsx';

type Props = { readonly diagnosis: Diagnosis | null; readonly isEmpty: boolean };

export function DiagnosePage({ diagnosis, isEmpty }: Props) {
  return (
    <>
      <h1>What happened to the modem?</h1>
      {diagnosis === null ? (
        <p class="lead">
          Paste the log of QFirehose, modem_updater or cistern, as it is. It is read here and kept nowhere.
        </p>
      ) : (
        <>
          <DiagnosisView diagnosis={diagnosis} />
          <h2>Another log</h2>
        </>
      )}
      <form class="ask" action="/diagnose" method="post" enctype="multipart/form-data">
        <div>
          <label for="log">The log</label>
          <p class="hint" id="log-hint">
            From the start of the tool to its last line, the kernel's lines too if there are some. Stamps,
            quotes and broken lines do no harm.
          </p>
          <textarea
            class="log"
            id="log"
            name="log"
            rows={12}
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
            aria-describedby={isEmpty ? 'log-wrong log-hint' : 'log-hint'}
            {...(isEmpty ? { 'aria-invalid': 'true' } : {})}
          />
          {isEmpty ? (
            <p class="wrong" id="log-wrong">
              There was no log in the form: paste one, or choose a file.
            </p>
          ) : null}
        </div>
        <div>
          <label for="file">Or a file</label>
          <input id="file" name="file" type="file" />
        </div>
        <div class="actions">
          <button type="submit">Diagnose</button>
        </div>
      </form>
    </>
  );
}

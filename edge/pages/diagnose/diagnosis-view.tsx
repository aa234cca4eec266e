/** A diagnosis in the order of need: what happened, what state things are in, what to do, what shows it. */
import type { Diagnosis, Finding } from '../../../shared/diagnosis/diagnosis.ts';
import { plural } from '../parts/numbers-said.ts';
import { Tag } from '../parts/tag.tsx';
import { VerdictBox } from '../parts/verdict-box.tsx';
import { FINDING_WORDS, FLASH_WORDS, MODEM_WORDS, toneOf } from './diagnosis-words.ts';

export function DiagnosisView({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const { summary, flash, modem, next } = diagnosis;
  return (
    <section aria-label="Diagnosis">
      <VerdictBox tone={toneOf(diagnosis)} title="What happened">
        <p>{summary}</p>
      </VerdictBox>
      <div class="cards">
        <div class="card">
          <h3>The flash</h3>
          <p>
            <Tag {...FLASH_WORDS[flash.state]} />
          </p>
          <p>{flash.says}</p>
        </div>
        <div class="card">
          <h3>The modem</h3>
          <p>
            <Tag {...MODEM_WORDS[modem.state]} />
            {modem.certainty === 'likely' ? <span class="soft small"> most likely</span> : null}
          </p>
          <p>{modem.says}</p>
        </div>
      </div>
      {next.length === 0 ? null : (
        <>
          <h2>What to do</h2>
          <ol class="steps">
            {next.map(({ what, command }) => (
              <li>
                {what}
                {command === null ? null : <pre>{command}</pre>}
              </li>
            ))}
          </ol>
        </>
      )}
      <Findings diagnosis={diagnosis} />
    </section>
  );
}

function Findings({ diagnosis: { findings, cause, log } }: { readonly diagnosis: Diagnosis }) {
  const read = `${plural(log.lines, 'line', 'lines')} read`;
  const tools = log.tools.map(({ name, version }) => (version === null ? name : `${name} ${version}`));
  return (
    <>
      <h2>What shows it</h2>
      {findings.length === 0 ? <p>No line of this log is known to say anything.</p> : null}
      <ul class="said">
        {findings.map((finding) => (
          <li>
            <FindingLine finding={finding} isCause={finding.id === cause} />
          </li>
        ))}
      </ul>
      <p class="small soft">
        {[read, `${plural(log.runs, 'run', 'runs')} of a tool`, ...tools].join(', ')}
        {log.linesSkipped === 0 ? '' : `; the first ${log.linesSkipped} lines were not`}
        {log.isComplete ? '.' : '; the end of the last run is not in it.'}
      </p>
    </>
  );
}

function FindingLine({ finding, isCause }: { readonly finding: Finding; readonly isCause: boolean }) {
  const { kind, says, line, text, times } = finding;
  return (
    <>
      <p>
        <Tag {...(isCause ? { tone: 'bad', word: 'the cause' } : FINDING_WORDS[kind])} /> {says}
      </p>
      <p class="evidence">
        <b>{`line ${line}${times > 1 ? `, ${times} times` : ''}`}</b>
        {text}
      </p>
    </>
  );
}

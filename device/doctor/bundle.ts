/** The support archive: what an examination saw and heard, as files, with every identity taken out (P11). */
import { diagnose } from '../../shared/diagnosis/diagnose.ts';
import { removeIdentities } from '../../shared/diagnosis/remove-identities.ts';
import type { Verdict } from '../report/verdict.ts';
import type { SystemFacts } from '../system-facts.ts';
import type { SeenModem } from '../transport/bus/find-modems.ts';
import type { Attempt } from '../update/journal.ts';
import type { Interview } from './ask-modem.ts';
import type { Examination } from './examination.ts';
import { QUESTIONS, type Topic } from './questions.ts';

export type BundleFile = { readonly name: string; readonly text: string };

export type BundleContents = {
  readonly examination: Examination;
  readonly interview: Interview | null;
  /** What is plugged in; null where the bus cannot be seen. */
  readonly modems: readonly SeenModem[] | null;
  readonly attempt: Attempt | null;
  readonly verdict: Verdict | null;
  /** What unattended runs have told on this machine; null where none did. */
  readonly ownLog: string | null;
  /** A log that the user gave along. */
  readonly log: string | null;
  readonly system: SystemFacts;
};

export function bundleFiles(contents: BundleContents): readonly BundleFile[] {
  const { examination, interview, modems, attempt, verdict, ownLog, log, system } = contents;
  const files: BundleFile[] = [
    { name: 'README.txt', text: README },
    json('system.json', system),
    json('examination.json', examination),
  ];
  if (interview !== null) files.push({ name: 'answers.txt', text: removeIdentities(answers(interview)) });
  if (modems !== null) files.push(json('modems.json', modems));
  if (attempt !== null) files.push(json('journal.json', attempt));
  if (verdict !== null) files.push(json('verdict.json', verdict));
  if (ownLog !== null) files.push({ name: 'cistern.log', text: removeIdentities(ownLog) });
  if (log !== null) {
    files.push({ name: 'flash.log', text: removeIdentities(log) }, json('diagnosis.json', diagnose(log)));
  }
  return files;
}

const README = `A support archive of cistern doctor.

IMEI, ICCID, IMSI, phone numbers, serial numbers, addresses, keys and tokens are left out or replaced by
<... removed>. Look through the files before you send them all the same.

system.json       the updater and the machine
examination.json  what the doctor found
answers.txt       what the modem answered
modems.json       what is plugged in
journal.json      the update that was begun last
verdict.json      how it ended
cistern.log       what unattended runs have told
flash.log, diagnosis.json  a log that was given along, and what it shows
`;

function json(name: string, value: unknown): BundleFile {
  return { name, text: `${JSON.stringify(withoutIdentities(value), null, 2)}\n` };
}

/** Of every text in a document; numbers of ours are counts and times. */
function withoutIdentities(value: unknown): unknown {
  if (typeof value === 'string') return removeIdentities(value);
  if (Array.isArray(value)) return value.map(withoutIdentities);
  if (value instanceof Set) return [...value].map(withoutIdentities);
  if (value instanceof Map) return withoutIdentities(Object.fromEntries(value));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutIdentities(member)]));
}

/** Answers that are an identity, whatever they look like. */
const IDENTITIES: ReadonlySet<Topic> = new Set(['imei', 'addresses']);

function answers({ heard, silentAt }: Interview): string {
  const asked = QUESTIONS.map(({ topic, command }) => {
    const answer = heard.get(topic);
    if (answer === undefined)
      return `${command}\n  ${command === silentAt ? '(no answer)' : '(not asked)'}\n`;
    const lines = answer.error === null ? answer.lines : [answer.error];
    const shown = IDENTITIES.has(topic) ? [`(${answer.lines.length} lines, left out)`] : lines;
    return `${command}\n${shown.map((line) => `  ${line}\n`).join('')}`;
  });
  return asked.join('');
}

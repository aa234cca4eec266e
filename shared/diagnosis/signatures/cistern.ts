/** Our own logs: the text that `cistern update` shows, and its `--json` events. A test holds both to the real words. */
import type { Effect, Signature } from '../signature.ts';

type Step = readonly [
  step: string,
  words: RegExp,
  hint: string,
  effects: readonly Effect[],
  says: string | null,
];

/** A step, as `- words` of the text; a step of `null` is not shown. */
const STEPS: readonly Step[] = [
  ['identified', /^- modem identified/i, 'modem identified', ['begins', 'sees-normal'], null],
  ['entering-edl', /^- entering emergency/i, 'entering emergency', ['asks-for-edl'], null],
  [
    'loading-programmer',
    /^- loading the programmer/i,
    'loading the programmer',
    ['enters-edl', 'speaks-sahara'],
    'The modem was switched to EDL, with the whole package verified beforehand.',
  ],
  ['probing', /^- gate 2: asking/i, 'gate 2: asking', ['programmer-runs'], null],
  ['erasing', /^- gate 2 passed/i, 'gate 2 passed', ['sends-erase'], 'From here on flash was being erased.'],
  [
    'programming',
    /^- programming/i,
    'programming',
    ['sends-data'],
    'From here on new firmware was being written.',
  ],
  ['reading-back', /^- reading back/i, 'reading back', ['sends-data'], null],
  [
    'resetting',
    /^- restarting the modem/i,
    'restarting the modem',
    ['resets'],
    'The modem was told to restart.',
  ],
];

function stepRows([step, words, hint, effects, says]: Step): readonly Signature[] {
  const row = {
    id: `cistern-${step}`,
    kind: says === null ? 'trace' : 'step',
    tool: 'cistern',
    effects,
    says: says ?? `cistern reached the step ${step}.`,
    source: 'device/ui/update-display.ts',
  } as const;
  return [
    { ...row, hint, pattern: words },
    { ...row, hint: `"${step}"`, pattern: new RegExp(`"event": ?"step", ?"step": ?"${step}"`, 'i') },
  ];
}

/** The line `state:`, the most telling rows first. */
const STATES: readonly (readonly [hint: string, pattern: RegExp, effects: readonly Effect[]])[] = [
  [
    'flash was not touched',
    /^state: .{0,200}in normal mode.{0,120}flash was not touched/i,
    ['says-untouched', 'sees-normal'],
  ],
  ['flash was not touched', /^state: .{0,200}flash was not touched/i, ['says-untouched']],
  ['not touched', /^state: +The modem was not touched/i, ['says-untouched']],
  ['nothing was changed', /^state: +Nothing was changed/i, ['says-untouched']],
  [
    'partly written',
    /^state: .{0,80}emergency download.{0,200}is partly written/i,
    ['says-partly-written', 'sees-edl'],
  ],
  [
    'partly written',
    /^state: .{0,80}not on the bus.{0,200}is partly written/i,
    ['says-partly-written', 'sees-nothing'],
  ],
  ['partly written', /^state: .{0,200}is partly written/i, ['says-partly-written']],
  [
    'written and read back',
    /^state: .{0,200}written and read back.{0,80}in normal mode/i,
    ['says-written', 'sees-normal'],
  ],
  [
    'written and read back',
    /^state: .{0,200}written and read back.{0,80}emergency download/i,
    ['says-written', 'sees-edl'],
  ],
  ['written and read back', /^state: .{0,200}written and read back/i, ['says-written']],
];

const STATE_ROWS = STATES.map(
  ([hint, pattern, effects]): Signature => ({
    id: 'cistern-state',
    kind: 'trace',
    tool: 'cistern',
    hint,
    pattern,
    effects,
    says: 'cistern says in which state it left the modem.',
    source: 'device/report/explain-end.ts',
  }),
);

type Outcome = readonly [outcome: string, Signature['kind'], readonly Effect[], says: string];

/** The last line of an update: `outcome model from -> to` as text, `"result":"outcome"` as JSON. */
const OUTCOMES: readonly Outcome[] = [
  [
    'updated',
    'success',
    ['succeeds', 'sees-normal'],
    'The modem itself says its new version, and nothing is worse than before.',
  ],
  [
    'unchanged',
    'symptom',
    ['says-untouched', 'fails'],
    'The update was given up before the first erase; the modem is as it was.',
  ],
  [
    'unconfirmed',
    'symptom',
    ['says-written', 'fails'],
    'All was written and read back, but the modem did not prove that it works as before.',
  ],
  [
    'unfinished',
    'symptom',
    ['fails'],
    'The update was begun and is not finished; its journal knows where it stopped, and the next run goes on from there.',
  ],
];

function outcomeRows([outcome, kind, effects, says]: Outcome): readonly Signature[] {
  const row = {
    id: `cistern-${outcome}`,
    kind,
    tool: 'cistern',
    effects,
    says,
    source: 'device/commands/update.ts',
  } as const;
  return [
    { ...row, hint: `${outcome} `, pattern: new RegExp(`^${outcome} \\S+/\\S+ \\S+ -> `) },
    { ...row, hint: '"result"', pattern: new RegExp(`"result": ?"${outcome}"`) },
  ];
}

export const cisternSignatures: readonly Signature[] = [
  ...STEPS.flatMap(stepRows),
  ...OUTCOMES.flatMap(outcomeRows),
  ...STATE_ROWS,
  {
    // It found a modem in EDL without knowing why: what is in its flash is not known either.
    id: 'cistern-says-why',
    kind: 'cause',
    tool: 'cistern',
    hint: 'is in emergency download mode',
    pattern: /^cistern: (The modem at .{1,200} is in emergency download mode.{0,200})/,
    effects: ['sees-edl', 'fails'],
    says: '$1',
    source: 'device/report/explain/modem-sentences.ts',
  },
  {
    id: 'cistern-says-why',
    kind: 'cause',
    tool: 'cistern',
    hint: 'cistern: ',
    pattern: /^cistern: (\S.{0,400})/,
    effects: ['fails'],
    says: '$1',
    source: 'device/commands/tell.ts',
  },
  {
    id: 'cistern-advice',
    kind: 'remark',
    tool: 'cistern',
    hint: 'next:',
    pattern: /^next: +(\S.{0,400})/,
    after: ['cistern-says-why'],
    says: 'cistern advised: $1',
    fix: '$1',
    source: 'device/commands/tell.ts',
  },
  {
    id: 'cistern-refused',
    kind: 'symptom',
    tool: 'cistern',
    hint: 'cistern-failure/1',
    pattern: /"format": ?"cistern-failure\/1"/,
    effects: ['fails'],
    says: 'cistern refused or gave up.',
    source: 'device/commands/tell.ts',
  },
];

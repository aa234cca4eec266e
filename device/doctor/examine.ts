/** From what was seen and heard to what is wrong, in the order in which things have to work. Pure. */
import { type Condition, step } from './condition.ts';
import { busConditions } from './conditions/bus.ts';
import { dataConditions } from './conditions/data.ts';
import { portAndRadioConditions } from './conditions/port-and-radio.ts';
import { registrationConditions } from './conditions/registration.ts';
import { simConditions } from './conditions/sim.ts';
import {
  type DoctorFinding,
  type Examination,
  type FirmwareVerdict,
  LEVELS,
  type NextStep,
  type Patient,
} from './examination.ts';

export const CONDITIONS: readonly Condition[] = [
  ...busConditions,
  ...portAndRadioConditions,
  ...simConditions,
  ...registrationConditions,
  ...dataConditions,
];

export function examine(patient: Patient): Examination {
  const findings = findWhatHolds(patient);
  const firmware = judgeFirmware(findings);
  return {
    ...patient,
    findings,
    summary: findings[0]?.says ?? 'The modem answers, and nothing in its answers explains a fault.',
    firmware: { verdict: firmware, says: firmwareSentence(firmware) },
    next: nextSteps(findings),
  };
}

/** Level by level; where one blocks, what is wrong after it follows from it and is not told. */
function findWhatHolds(patient: Patient): readonly DoctorFinding[] {
  const findings: DoctorFinding[] = [];
  for (const level of LEVELS) {
    const here = CONDITIONS.filter((condition) => condition.level === level && condition.holds(patient));
    findings.push(...withoutRemainder(here).map((condition) => told(condition, patient)));
    if (here.some(({ severity }) => severity === 'blocks')) break;
  }
  const isAllWell = findings.every(({ severity }) => severity === 'note');
  return findings
    .filter(({ id }) => isAllWell || !ALL_WELL.has(id))
    .toSorted((a, b) => weight(a) - weight(b));
}

const ALL_WELL: ReadonlySet<string> = new Set(['modem-is-well', 'modem-is-well-abroad']);
const REMAINDERS: ReadonlySet<string> = new Set(['not-registered', ...ALL_WELL]);

/** What holds whenever nothing better is known gives way to what is. */
function withoutRemainder(here: readonly Condition[]): readonly Condition[] {
  const better = here.filter(({ id }) => !REMAINDERS.has(id));
  return better.length > 0 ? better : here;
}

function weight({ severity }: DoctorFinding): number {
  return { blocks: 0, limits: 1, note: 2 }[severity];
}

function told({ id, level, severity, firmware, says, next }: Condition, patient: Patient): DoctorFinding {
  return {
    id,
    level,
    severity,
    firmware,
    says: typeof says === 'string' ? says : says(patient),
    next: typeof next === 'function' ? next(patient) : next,
  };
}

/** By the gravest finding: what only might matter does not make firmware suspect beside a cause that explains all. */
function judgeFirmware(findings: readonly DoctorFinding[]): FirmwareVerdict {
  const gravest = findings[0]?.severity;
  if (gravest === undefined) return 'unknown';
  const verdicts = findings.filter(({ severity }) => severity === gravest).map(({ firmware }) => firmware);
  const order: readonly FirmwareVerdict[] = ['no-cure', 'likely', 'possible', 'unknown', 'not-likely'];
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'unknown';
}

function firmwareSentence(verdict: FirmwareVerdict): string {
  const sentences: Readonly<Record<FirmwareVerdict, string>> = {
    'not-likely': 'Firmware is not the likely cause; do not flash the modem for this.',
    possible: 'Firmware is one possible cause; rule the others out first.',
    likely: 'Firmware is the likely cause.',
    'no-cure': 'An earlier flashing may be the cause, and no flashing cures it.',
    unknown: 'Whether firmware is the cause cannot be told before the modem is in normal mode and answers.',
  };
  return sentences[verdict];
}

/** Of the gravest finding first; each step once. */
function nextSteps(findings: readonly DoctorFinding[]): readonly NextStep[] {
  const steps = findings.flatMap(({ next }) => next);
  const known = new Map<string, NextStep>();
  for (const each of steps) {
    const key = `${each.what} ${each.command ?? ''}`;
    // "Look again" belongs after all that was done before it.
    known.delete(key);
    known.set(key, each);
  }
  return known.size > 0
    ? [...known.values()]
    : [step('See whether a release has a known issue.', 'cistern check')];
}

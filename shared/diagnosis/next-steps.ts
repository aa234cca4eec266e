/** What to do, in order: make safe, then the cause, then go on. */
import type { Diagnosis, NextStep } from './diagnosis.ts';
import { NEXT_STEPS_MAX } from './limits.ts';

type Picture = Pick<Diagnosis, 'flash' | 'modem' | 'log'> & {
  readonly hasSucceeded: boolean;
  readonly hasCause: boolean;
  /** What to do about each cause, the most important first. */
  readonly fixes: readonly string[];
};

const step = (what: string, command: string | null = null): NextStep => ({ what, command });

const LOOK = step('See in which state the modem is now.', 'cistern devices');
const RESET = step(
  'Bring the modem out of EDL without writing anything: a modem whose flash is whole then starts with its old firmware.',
  'cistern reset',
);
const IF_IN_EDL = step(
  'If it is in EDL, bring it out without writing anything: a modem whose flash is whole then starts.',
  'cistern reset',
);
const CUT_POWER = step(
  'Or cut the power of the modem itself for ten seconds; restarting the router alone often leaves the modem powered.',
);
const RESCUE = step(
  'If it comes back in EDL, its flash is not whole: have the complete package for exactly this module on local storage, then flash it.',
  'cistern rescue',
);
const MAY_BE_AT_WORK = step(
  'If the flasher may still be at work, wait until it has ended: a minute or two, rarely ten. Touch nothing until then.',
);
const RESCUE_AS_IT_IS = step(
  'Do not cut its power yet: with the complete package for exactly this module on local storage it can be flashed as it is.',
  'cistern rescue',
);
const DOCTOR = step(
  'See whether it registers and carries data, and what keeps it from that.',
  'cistern doctor',
);
const GO_ON = step(
  'Then go on: everything is fetched, verified and on local storage before the modem is touched.',
  'cistern update',
);
const GO_ON_LOCAL = step('Or from a package that is complete on local storage.', 'cistern flash PATH');
const NO_ERASE_ALL = step(
  'Never erase everything (-e) and never use a _factory package: both destroy the calibration.',
);

export function nextSteps(picture: Picture): readonly NextStep[] {
  const fixes = picture.fixes.map((fix) => step(fix));
  return [...firstAid(picture), ...fixes, ...goingOn(picture)].slice(0, NEXT_STEPS_MAX);
}

function firstAid(picture: Picture): readonly NextStep[] {
  const { flash, modem, log, hasSucceeded } = picture;
  if (log.runs === 0 && modem.state === 'unknown')
    return [step('Give the whole output of the flasher, from the command to its last line.'), LOOK, DOCTOR];
  switch (flash.state) {
    case 'untouched':
      return toNormal(modem);
    case 'erased':
    case 'partly-written':
      return finish(picture);
    case 'written':
      return hasSucceeded
        ? [step('Ask the modem itself which version it runs.', 'cistern devices')]
        : [step('See whether the modem starts with the new firmware.', 'cistern devices')];
    case 'unknown':
      if (modem.state === 'normal') return [LOOK];
      return modem.state === 'programmer-running'
        ? [LOOK, RESCUE_AS_IT_IS, RESET]
        : [...toNormal(modem), RESCUE];
  }
}

/** Back to normal mode without writing, from where the modem is. */
function toNormal({ state, certainty }: Diagnosis['modem']): readonly NextStep[] {
  switch (state) {
    case 'normal':
      return [LOOK];
    case 'edl':
    case 'programmer-running':
      return certainty === 'shown' ? [RESET, CUT_POWER, LOOK] : [LOOK, RESET, CUT_POWER];
    case 'ram-dump':
      return [
        step('Restart the modem: a crash dump does not end by itself.', 'cistern reset'),
        CUT_POWER,
        LOOK,
      ];
    case 'fastboot':
      return [step('Leave fastboot.', 'fastboot reboot'), CUT_POWER, LOOK];
    case 'absent':
      return [step('Switch the power of the modem off for ten seconds and on again.'), LOOK, IF_IN_EDL];
    case 'unknown':
      return [LOOK, IF_IN_EDL];
  }
}

function finish({ modem, log }: Picture): readonly NextStep[] {
  return [
    ...(log.isComplete ? [] : [MAY_BE_AT_WORK]),
    modem.state === 'absent'
      ? step('Switch the power of the modem off for ten seconds and on again: it should come back in EDL.')
      : step(
          'Keep the modem powered and do not power-cycle it: it stays in EDL, where it can be flashed again.',
        ),
    step('Have the complete package for exactly this module on local storage first.'),
    log.tools.some(({ name }) => name === 'cistern')
      ? step('Let the update go on from where it stopped.', 'cistern update')
      : step('Flash it again from the beginning.', 'cistern rescue'),
    NO_ERASE_ALL,
  ];
}

function goingOn({ flash, modem, log, hasCause }: Picture): readonly NextStep[] {
  if (log.runs === 0) return modem.state === 'normal' ? [DOCTOR] : [];
  switch (flash.state) {
    case 'untouched':
      return hasCause ? [GO_ON, GO_ON_LOCAL] : [DOCTOR];
    case 'erased':
    case 'partly-written':
    case 'written':
      return [DOCTOR];
    case 'unknown':
      return log.isComplete
        ? [DOCTOR]
        : [step('Look for the rest of the log: what happened after its last line decides.'), DOCTOR];
  }
}

/** What may follow what (design 6). One table; the journal refuses everything else. */
import { UPDATE_STEPS, type UpdateStep } from '../../shared/telemetry.ts';

const FOLLOWS: Readonly<Record<UpdateStep, readonly UpdateStep[]>> = {
  identified: ['resolved', 'reported'],
  resolved: ['fetching', 'reported'],
  fetching: ['staged', 'reported'],
  staged: ['ready', 'reported'],
  ready: ['entering-edl', 'reported'],
  'entering-edl': ['loading-programmer', 'resetting', 'reported'],
  'loading-programmer': ['probing', 'resetting', 'loading-programmer', 'confirming', 'reported'],
  probing: ['erasing', 'resetting', 'loading-programmer', 'confirming', 'reported'],
  erasing: ['programming', 'loading-programmer', 'confirming', 'reported'],
  programming: ['reading-back', 'loading-programmer', 'confirming', 'reported'],
  'reading-back': ['programming', 'resetting', 'loading-programmer', 'confirming', 'reported'],
  resetting: ['confirming', 'loading-programmer', 'reported'],
  confirming: ['reported', 'loading-programmer'],
  reported: [],
};

export function mayFollow(from: UpdateStep, to: UpdateStep): boolean {
  return FOLLOWS[from].includes(to);
}

/** Nothing is kept beside the journal yet, and the modem was asked for nothing. */
export function isBeforeGateOne(step: UpdateStep): boolean {
  return UPDATE_STEPS.indexOf(step) < UPDATE_STEPS.indexOf('ready');
}

/** From here on the modem may have left normal mode, and the journal must be taken up again. */
export function isBeyondGateOne(step: UpdateStep): boolean {
  return UPDATE_STEPS.indexOf(step) >= UPDATE_STEPS.indexOf('entering-edl') && step !== 'reported';
}

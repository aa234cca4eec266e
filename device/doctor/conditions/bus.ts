/** The modem is not in normal mode, or not there at all: it cannot be asked, only moved. */
import type { ModemState } from '../../transport/door.ts';
import { type Condition, step } from '../condition.ts';

const LOOK_AGAIN = step('See whether it is in normal mode then.', 'cistern devices');
const CUT_POWER = step(
  'Cut the power of the modem itself for ten seconds; restarting the router alone often leaves it powered.',
);
const IN_STATE = { level: 'bus', severity: 'blocks', firmware: 'unknown' } as const;
const isIn = (state: ModemState | 'absent') => (patient: { readonly seen: { readonly state: string } }) =>
  patient.seen.state === state;

export const busConditions: readonly Condition[] = [
  {
    ...IN_STATE,
    id: 'not-on-the-bus',
    holds: isIn('absent'),
    says: ({ seen }) =>
      `There is no modem ${seen.where === null ? 'in sight' : `at ${seen.where}`}: it has no power, sits elsewhere on the bus, or its cable or hub is bad. That alone does not mean that it is dead.`,
    next: [
      step(
        'See what is plugged in, on every bus: a USB 3 modem changes its bus when it enters EDL.',
        'cistern devices --all',
      ),
      step(
        'See that the modem has power: routers switch it by a GPIO (modem_power below /sys/class/gpio, mctl -r on RutOS, uhubctl for ports of hubs).',
      ),
      CUT_POWER,
      step('Try another port without a hub, and another cable.'),
      step('Only if it then shows neither 2c7c: nor 05c6: in lsusb, it needs its test point or its maker.'),
    ],
    source: 'field 4; edl 1a',
  },
  {
    ...IN_STATE,
    id: 'edl-with-journal',
    holds: ({ seen }) => seen.state === 'edl' && seen.isUnfinished,
    says: 'The modem is in emergency download mode (EDL), and an update of it was begun here and is not finished. It can be finished at any time.',
    next: [step('Keep it powered and let the update go on from where it stopped.', 'cistern update')],
    source: 'field 0.7',
  },
  {
    ...IN_STATE,
    id: 'edl-without-journal',
    holds: ({ seen }) => seen.state === 'edl' && !seen.isUnfinished,
    says: 'The modem is in emergency download mode (EDL). Nothing here says why: somebody switched it, or what is in its flash does not start.',
    next: [
      step('Reset it: if its flash is whole it starts normally, and nothing was lost.', 'cistern reset'),
      step(
        'If it comes back in EDL, its flash is not whole. If there is a log of what was tried, read it.',
        'cistern diagnose FILE',
      ),
      step('Then flash the complete package for exactly this module.', 'cistern rescue'),
    ],
    source: 'edl 1a; field 0.7',
  },
  {
    ...IN_STATE,
    id: 'ram-dump',
    firmware: 'possible',
    holds: isIn('ram-dump'),
    says: 'The modem has crashed and offers its memory (RAM dump). It is not EDL, and it does not end by itself.',
    next: [
      step('Restart it.', 'cistern reset'),
      CUT_POWER,
      LOOK_AGAIN,
      step('If it crashes again and again on stable power, newer firmware may help.', 'cistern check'),
    ],
    source: 'edl 1a, 6.11',
  },
  {
    ...IN_STATE,
    id: 'fastboot',
    holds: isIn('fastboot'),
    says: 'The modem is in fastboot, another way of flashing than EDL: somebody asked for it (AT+QFASTBOOT), or its system does not start.',
    next: [step('Restart it.', 'fastboot reboot'), CUT_POWER, LOOK_AGAIN],
    source: 'edl 1a; field 1b.27',
  },
  {
    ...IN_STATE,
    id: 'not-qualcomm',
    severity: 'note',
    firmware: 'unknown',
    holds: isIn('not-qualcomm'),
    says: ({ seen }) =>
      `This module (${seen.usbId ?? 'unknown id'}) has no Qualcomm chip: it has neither EDL nor Firehose, and cistern does not examine it.`,
    next: [step("Use its maker's own tool, and never one for Qualcomm modules.")],
    source: 'field 2c',
  },
  {
    ...IN_STATE,
    id: 'not-known',
    holds: isIn('unsupported'),
    says: ({ seen }) =>
      `What is there (${seen.usbId ?? 'unknown id'}) is no modem that cistern knows, or not in a mode that it knows.`,
    next: [CUT_POWER, LOOK_AGAIN, step('If it stays so, report its USB descriptors (lsusb -v).')],
    source: 'field 2c',
  },
];

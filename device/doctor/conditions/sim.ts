/** The SIM: without it nothing registers, and firmware has no part in it. */
import { type Condition, ifFacts, step } from '../condition.ts';
import type { SimState } from '../facts.ts';

const BLOCKS = { level: 'sim', severity: 'blocks', firmware: 'not-likely' } as const;
const simIs = (state: SimState) => ifFacts(({ sim }) => sim === state);
const LOOK = step('Then look again.', 'cistern doctor');

export const simConditions: readonly Condition[] = [
  {
    ...BLOCKS,
    id: 'sim-absent',
    holds: simIs('absent'),
    says: 'The modem sees no SIM.',
    next: [
      step('Put the SIM in (the right slot, the right way round), or choose the slot in the router.'),
      step('Restart the modem after that: not every router notices a SIM while it runs.', 'AT+CFUN=1,1'),
      LOOK,
    ],
    source: 'field 1b.8',
  },
  {
    ...BLOCKS,
    id: 'sim-pin',
    holds: simIs('pin'),
    says: 'The SIM wants its PIN.',
    next: [
      step(
        'Give the PIN in the settings of the router, or switch it off in a telephone. Three wrong ones lock the SIM.',
      ),
      LOOK,
    ],
    source: 'TS 27.007 8.3',
  },
  {
    ...BLOCKS,
    id: 'sim-puk',
    holds: simIs('puk'),
    says: 'The SIM is locked after wrong PINs and wants its PUK.',
    next: [
      step('Unlock it in a telephone with the PUK that came with it. Ten wrong ones end it for good.'),
      LOOK,
    ],
    source: 'TS 27.007 8.3',
  },
  {
    ...BLOCKS,
    id: 'sim-network-lock',
    holds: simIs('network-lock'),
    says: 'The modem is locked to another operator and does not take this SIM.',
    next: [step('Use a SIM of that operator, or ask it for the unlock code.')],
    source: 'TS 27.007 8.3',
  },
  {
    ...BLOCKS,
    id: 'sim-failed',
    holds: simIs('failed'),
    says: 'There is a SIM, but the modem cannot read it.',
    next: [
      step('Clean and reseat it; try it in a telephone, and another SIM in this modem.'),
      step('If every SIM fails, and did not before an update, report that release.', 'cistern status'),
    ],
    source: 'field 1b.7, 1b.8',
  },
  {
    ...BLOCKS,
    id: 'sim-busy',
    severity: 'limits',
    holds: simIs('busy'),
    says: 'The SIM is still being read.',
    next: [step('Wait half a minute.'), LOOK],
    source: 'TS 27.007 9.2',
  },
  {
    ...BLOCKS,
    id: 'sim-unreadable',
    holds: simIs('unreadable'),
    says: 'The modem does not say what is with its SIM.',
    next: [step('Reseat the SIM and restart the modem.', 'AT+CFUN=1,1'), LOOK],
    source: 'TS 27.007 8.3',
  },
];

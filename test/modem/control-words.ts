/** What a person or a test does to a running modem process, one word a line. */
import type { SimulatedModem } from './modem.ts';
import { START_STATES } from './start-state.ts';

type ControlWord = { readonly means: string; readonly apply: (modem: SimulatedModem) => void };

const EVENTS: Readonly<Record<string, ControlWord>> = {
  unplug: { means: 'the cable is pulled; power stays', apply: (modem) => modem.unplug() },
  plug: { means: 'the cable is put back', apply: (modem) => modem.plug() },
  cut: {
    means: 'power goes during the next transfer of the bulk pair, and comes back',
    apply: (modem) => modem.cutPowerAtNextTransfer(),
  },
  'power-cycle': { means: 'power goes now, and comes back', apply: (modem) => modem.powerCycle() },
  'steal-hello': {
    means: 'somebody else reads the HELLO of the next entry into EDL',
    apply: (modem) => modem.stealNextHello(),
  },
  'test-point': {
    means: 'power goes, and comes back with the test point shorted: EDL',
    apply: (modem) => modem.shortTestPoint(),
  },
};

/** A word that names a state makes it what is found, until a power cycle. */
const CONTROL_WORDS: Readonly<Record<string, ControlWord>> = {
  ...EVENTS,
  ...Object.fromEntries(
    START_STATES.map((state) => [
      state,
      { means: 'it is found so', apply: (modem: SimulatedModem) => modem.becomes(state) },
    ]),
  ),
};

/** Does what the word says; an unknown one is told apart, and does nothing. */
export function obeyControlWord(
  modem: SimulatedModem,
  word: string,
): { readonly word: string; readonly isKnown: boolean } {
  const known = Object.hasOwn(CONTROL_WORDS, word) ? CONTROL_WORDS[word] : undefined;
  known?.apply(modem);
  return { word, isKnown: known !== undefined };
}

/** Two columns for the usage. */
export function describeControlWords(): string {
  const events = Object.entries(EVENTS).map(([word, { means }]) => `  ${word.padEnd(18)}  ${means}`);
  return [
    ...events,
    `  ${'a STATE'.padEnd(18)}  as --start-in names them: it is found so, until a power cycle`,
  ].join('\n');
}

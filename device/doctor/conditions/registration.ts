/** Why a modem with a working SIM finds or gets no network. */
import { type Condition, ifFacts, isRegistered, step } from '../condition.ts';
import type { ModemFacts } from '../facts.ts';
import { FEW_BANDS, WEAK_RSRP_DBM, WEAK_SIGNAL_CSQ } from '../limits.ts';
import { allowRoaming, isRoamingOff, roamingSetting } from '../roaming-setting.ts';

const unregistered = (test: (facts: ModemFacts) => boolean) =>
  ifFacts((facts) => !isRegistered(facts) && facts.registration !== null && test(facts));
const LOOK = step('Wait two minutes for a network, then look again.', 'cistern doctor');

export const registrationConditions: readonly Condition[] = [
  {
    id: 'registration-denied',
    level: 'registration',
    severity: 'blocks',
    firmware: 'not-likely',
    holds: unregistered(({ registration }) => registration === 'denied'),
    says: 'The network refuses this subscription: it is not active, has no data or no roaming here, or this IMEI is barred.',
    next: [
      step('Try the SIM in a telephone at the same place.'),
      step('Ask the operator whether the subscription is active and may roam here.'),
      step('If roaming is refused by one network only, let the modem choose another.', 'AT+COPS=0'),
    ],
    source: 'TS 27.007 7.2',
  },
  {
    id: 'emergency-only',
    level: 'registration',
    severity: 'blocks',
    firmware: 'not-likely',
    holds: unregistered(({ registration }) => registration === 'emergency'),
    says: 'The network lets this modem make emergency calls only: it does not accept the subscription.',
    next: [step('Ask the operator whether the subscription is active and may roam here.')],
    source: 'TS 27.007 7.2',
  },
  {
    id: 'roaming-off-unregistered',
    level: 'registration',
    severity: 'limits',
    firmware: 'not-likely',
    holds: unregistered(isRoamingOff),
    says: ({ facts }) =>
      `Roaming is switched off in the modem itself (${roamingSetting(facts)}): abroad it takes no network.`,
    next: ({ facts }) => [step('If the SIM is abroad, allow roaming.', allowRoaming(facts)), LOOK],
    source: 'field 1b.1; QCFG "roamservice"',
  },
  {
    id: 'no-signal',
    level: 'registration',
    severity: 'blocks',
    firmware: 'not-likely',
    holds: unregistered(
      ({ signalCsq, rsrpDbm, registration }) =>
        signalCsq === 'none' && rsrpDbm === null && registration !== 'denied',
    ),
    says: 'The modem receives nothing (no signal at all).',
    next: [
      step('See that the antennas sit on the right connectors (main, not GNSS), and are not loose.'),
      step('Try another place, outdoors.'),
      step(
        'If it received before an update and does not since, compare what the update changed.',
        'cistern status',
      ),
    ],
    source: 'field 1b.14',
  },
  {
    id: 'operator-by-hand',
    level: 'registration',
    severity: 'limits',
    firmware: 'not-likely',
    holds: unregistered(({ isOperatorManual }) => isOperatorManual === true),
    says: 'The operator is chosen by hand, and that one is not here or refuses.',
    next: [step('Let the modem choose.', 'AT+COPS=0'), LOOK],
    source: 'TS 27.007 7.3',
  },
  {
    id: 'scan-restricted',
    level: 'registration',
    severity: 'limits',
    firmware: 'not-likely',
    holds: unregistered(({ scan }) => scan !== null && scan !== 'any'),
    says: ({ facts }) => `The modem looks for ${facts?.scan} networks only.`,
    next: [
      step('Let it look for all (4G modules).', 'AT+QCFG="nwscanmode",0,1'),
      step('Or on 5G modules.', 'AT+QNWPREFCFG="mode_pref",AUTO'),
      LOOK,
    ],
    source: 'field 2b',
  },
  {
    id: 'few-bands',
    level: 'registration',
    severity: 'limits',
    firmware: 'not-likely',
    holds: unregistered(({ lteBandCount }) => lteBandCount !== null && lteBandCount <= FEW_BANDS),
    says: ({ facts }) =>
      `Only ${facts?.lteBandCount} LTE band(s) are allowed; the networks here may use others.`,
    next: [
      step('Allow all bands of the module, or those that the operator uses here.', 'AT+QCFG="band"'),
      LOOK,
    ],
    source: 'field 2b',
  },
  {
    id: 'mbn-none-unregistered',
    level: 'registration',
    severity: 'limits',
    firmware: 'possible',
    holds: unregistered(({ mbnSelected, isMbnAutomatic }) => mbnSelected === '' && isMbnAutomatic === false),
    says: 'No operator profile (MBN) is selected, and the modem does not choose one by itself. Updates leave that behind.',
    next: [
      step('Let it choose.', 'AT+QMBNCFG="AutoSel",1'),
      step('It counts after a restart of the modem.', 'AT+CFUN=1,1'),
      LOOK,
    ],
    source: 'field 1b.21, 2e.8',
  },
  {
    id: 'not-registered',
    level: 'registration',
    severity: 'blocks',
    firmware: 'possible',
    holds: unregistered(({ registration }) => registration === 'searching' || registration === 'off'),
    says: ({ facts }) =>
      facts?.signalCsq === null && facts.rsrpDbm === null
        ? 'The modem is registered nowhere; whether it receives a signal it did not say.'
        : 'The modem receives a signal and is registered nowhere.',
    next: [
      LOOK,
      step('Try the SIM in a telephone at the same place.'),
      step('If it stays so with another SIM, see whether this firmware has a known issue.', 'cistern check'),
    ],
    source: 'field 1b.14, 2e',
  },
  {
    id: 'weak-signal',
    level: 'data',
    severity: 'note',
    firmware: 'not-likely',
    holds: ifFacts((facts) => isRegistered(facts) && isWeak(facts)),
    says: 'The signal is weak: data is slow or breaks off.',
    next: [step('Move the antennas, or use better ones; both (main and diversity) count.')],
    source: 'field 1b.14',
  },
];

function isWeak({ signalCsq, rsrpDbm }: ModemFacts): boolean {
  return rsrpDbm === null
    ? typeof signalCsq === 'number' && signalCsq < WEAK_SIGNAL_CSQ
    : rsrpDbm < WEAK_RSRP_DBM;
}

/** Whether the modem can be talked to, is awake, and has a radio that works. */
import { type Condition, ifFacts, step } from '../condition.ts';

const NETWORK_DRIVERS = ['qmi_wwan', 'cdc_mbim', 'cdc_ether', 'cdc_ncm', 'rndis_host', 'GobiNet'];

export const portAndRadioConditions: readonly Condition[] = [
  {
    id: 'at-port-closed',
    level: 'port',
    severity: 'blocks',
    firmware: 'not-likely',
    holds: ({ seen }) => seen.state === 'normal' && seen.atProblem !== null,
    says: ({ seen }) => `The modem is in normal mode, but cannot be asked: ${seen.atProblem?.what ?? ''}`,
    next: ({ seen }) => [step(seen.atProblem?.next ?? ''), step('Then look again.', 'cistern doctor')],
    source: 'edl 3.4',
  },
  {
    id: 'at-silent',
    level: 'port',
    severity: 'blocks',
    firmware: 'possible',
    holds: ifFacts(({ silentAt }) => silentAt !== null),
    says: ({ facts }) =>
      `The modem is on the bus in normal mode, but did not answer ${facts?.silentAt}: another program talks on its AT port, or it hangs.`,
    next: [
      step('Stop ModemManager, gsmd and terminals that use the port, then look again.', 'cistern doctor'),
      step('If it stays silent, cut the power of the modem.'),
    ],
    source: 'edl 3.4',
  },
  {
    id: 'not-ready',
    level: 'port',
    severity: 'limits',
    firmware: 'not-likely',
    holds: ifFacts((facts) => facts.isApplicationPending),
    says: 'The modem has just started and is not ready: it does not know its own version yet.',
    next: [step('Wait a minute and look again.', 'cistern doctor')],
    source: 'field 2a',
  },
  {
    id: 'no-network-driver',
    level: 'port',
    severity: 'limits',
    firmware: 'not-likely',
    holds: ({ seen }) =>
      seen.state === 'normal' &&
      seen.drivers !== null &&
      !seen.drivers.some((driver) => NETWORK_DRIVERS.includes(driver)),
    says: ({ facts }) =>
      `No network driver of this machine has taken the modem${facts?.usbNet == null ? '' : ` (its AT+QCFG="usbnet" is ${facts.usbNet})`}: it can register, but the router sees no interface. An update may have left another USB mode behind.`,
    next: [
      step(
        'Load the driver for that mode (qmi_wwan for 0, cdc_ether for 1, cdc_mbim for 2, rndis_host for 3), or set the mode that the router knows.',
        'AT+QCFG="usbnet",0',
      ),
      step('A changed mode counts after a restart of the modem.', 'AT+CFUN=1,1'),
    ],
    source: 'field 1b.12, 1b.15, 1b.21',
  },
  {
    id: 'calibration-lost',
    level: 'radio',
    severity: 'blocks',
    firmware: 'no-cure',
    holds: ifFacts(
      ({ functionality, hasImei }) => functionality === 5 || (functionality === 1 && hasImei === false),
    ),
    says: ({ facts }) =>
      `${facts?.functionality === 5 ? 'The modem is in factory test mode (CFUN 5)' : 'The modem knows no IMEI'}: its calibration (EFS) is lost or unreadable, as after an interrupted flashing, an erase-all or a factory package. It cannot register, and no firmware brings the calibration back.`,
    next: [
      step('Do not flash it again for this, and never with -e.'),
      step(
        'If older firmware ran on it before, the calibration may only be unreadable for this one: ask the maker before going back.',
      ),
      step('Ask the maker or seller for a restoration of the calibration of this very module (QCN).'),
    ],
    source: 'field 1b.9, 1b.11, 1b.19, 2e.4; edl 3.7',
  },
  {
    id: 'wrong-baseline',
    level: 'radio',
    severity: 'blocks',
    firmware: 'likely',
    holds: ifFacts(({ functionality }) => functionality === 7),
    says: 'The modem is in CFUN 7: its radio does not go with its firmware, as after firmware of another baseline or variant.',
    next: [
      step('Compare the label of the module with the version that runs.', 'cistern devices'),
      step('See which firmware fits this module.', 'cistern check'),
    ],
    source: 'field 1b.25',
  },
  {
    id: 'radio-off',
    level: 'radio',
    severity: 'blocks',
    firmware: 'not-likely',
    holds: ifFacts(({ functionality }) => functionality === 0 || functionality === 4),
    says: ({ facts }) => `The radio is switched off (CFUN ${facts?.functionality}).`,
    next: [
      step('Switch it on.', 'AT+CFUN=1'),
      step(
        'If it goes off again, find who does it: a flight-mode pin, ModemManager in low power, the router.',
      ),
    ],
    source: 'field 1b.33, 4',
  },
];

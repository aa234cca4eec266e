/** Judges what was found: what keeps the modem in normal mode, what is only said, and which words override it. Pure. */
import { BATTERY_MIN_PERCENT, CRON_REBOOT_WITHIN_MINUTES } from '../limits.ts';
import type { PortHolder, PreflightFacts } from './facts.ts';
import type { Watchdogs } from './watchdogs.ts';

export const CHECKS = ['uplink', 'power', 'port-holders', 'other-updaters', 'watchdogs'] as const;
export type Check = (typeof CHECKS)[number];

/** Those that a person may let through, and what is taken upon oneself then. */
export const ACCEPTABLE = {
  uplink: 'the modem is the only way to the repository, and the package would not survive a reboot',
  power: 'the machine runs on a battery that is low, or its supply voltage is',
  'port-holders': 'another program, which is not stopped, holds a port of the modem',
  watchdogs: 'a watchdog or a crontab, which is not stopped, may reboot this machine while the modem is away',
} as const satisfies Partial<Record<Check, string>>;
export type AcceptableCheck = keyof typeof ACCEPTABLE;
export const ACCEPTABLE_CHECKS = Object.keys(ACCEPTABLE) as [AcceptableCheck, ...AcceptableCheck[]];

export type Finding = {
  readonly check: Check;
  /** `refuse` leaves the modem alone unless the check is overridden; `note` is told. */
  readonly severity: 'refuse' | 'note';
  readonly what: string;
  readonly next: string;
  /** False where no word lets it through: it would break the modem. */
  readonly mayOverride: boolean;
};

export function preflight(facts: PreflightFacts): readonly Finding[] {
  return [...uplink(facts), ...power(facts), ...judgeHolders(facts.holders), ...updaters(facts)];
}

/** What still stands in the way when a person has overridden `checks`. */
export function refusals(findings: readonly Finding[], overridden: readonly Check[]): readonly Finding[] {
  return findings.filter(
    ({ check, severity, mayOverride }) =>
      severity === 'refuse' && !(mayOverride && overridden.includes(check)),
  );
}

/** Whether the way to the repository leads through this very modem; null where that cannot be told. */
export function routeIsThroughModem(facts: PreflightFacts): boolean | null {
  const { routeDevice, routeBeneath, modemNetDevices, holders: portHolders, isRouteOnHardware } = facts;
  if (routeBeneath.some((device) => modemNetDevices.includes(device))) return true;
  const isDialled = portHolders.some(({ name }) => name === 'pppd');
  // ppp stands on a tty or on Ethernet, which its interface does not name: the daemon that holds the modem's tty does.
  if (routeDevice !== null && PPP_DEVICE.test(routeDevice)) return isDialled;
  if (isRouteOnHardware) return false;
  // Without an interface and without a dialled connection it carries nothing, whatever the way is.
  return modemNetDevices.length === 0 && !isDialled ? false : null;
}

/** As pppd numbers its interfaces, and as netifd names them (`pppoe-wan`, `3g-wwan`). */
const PPP_DEVICE = /^(?:ppp\d|pppoe-|3g-)/;

function uplink(facts: PreflightFacts): readonly Finding[] {
  if (!facts.isUplinkWanted) return [];
  const isThrough = routeIsThroughModem(facts);
  if (isThrough === false) return [];
  const { routeDevice, packageOutlivesReboot } = facts;
  const way = isThrough
    ? `The way to the repository (${routeDevice}) leads through this very modem`
    : routeDevice === null
      ? 'No route to the repository is known, so the modem may be the only uplink'
      : `What the way to the repository (${routeDevice}) stands on cannot be told, so the modem may be the only uplink`;
  if (packageOutlivesReboot) {
    const next =
      'Nothing needs to be done: all is here, and the report waits until there is an uplink again.';
    return [{ check: 'uplink', severity: 'note', what: `${way}.`, next, mayOverride: true }];
  }
  return [
    {
      check: 'uplink',
      severity: 'refuse',
      what: `${way}, and the package lies in memory: after a reboot of this machine while it is flashed, it could not be fetched again.`,
      next: 'Stage it on a disk (--stage DIRECTORY), keep a copy there (--keep-copy DIRECTORY), or connect another uplink.',
      mayOverride: true,
    },
  ];
}

function power({ power: { supplies, undervoltage } }: PreflightFacts): readonly Finding[] {
  if (undervoltage.length > 0) {
    const what = `The supply voltage is too low right now (${undervoltage.join(', ')}).`;
    const next =
      'Use a stronger supply or a shorter cable: a brown-out while flash is written interrupts it.';
    return [{ check: 'power', severity: 'refuse', what, next, mayOverride: true }];
  }
  const mains = supplies.filter(({ type }) => type === 'mains');
  const batteries = supplies.filter(({ type }) => type === 'battery');
  const isOnMains = mains.some(({ online }) => online === true);
  const runsDown = batteries.filter(({ discharging }) => discharging === true);
  if (batteries.length === 0 || isOnMains || (mains.length === 0 && runsDown.length === 0)) return [];
  const charges = batteries.map(({ percent }) => percent).filter((percent) => percent !== null);
  const best = charges.length === 0 ? null : Math.max(...charges);
  const isEnough = best !== null && best >= BATTERY_MIN_PERCENT;
  const charge = best === null ? 'its charge is not known' : `it holds ${best} %`;
  return [
    {
      check: 'power',
      severity: isEnough ? 'note' : 'refuse',
      what: `This machine runs on its battery, and ${charge}.`,
      next: isEnough
        ? 'Leave it alone until the update has ended.'
        : `Connect it to the mains, or charge it to ${BATTERY_MIN_PERCENT} %.`,
      mayOverride: true,
    },
  ];
}

export function judgeHolders(portHolders: readonly PortHolder[]): readonly Finding[] {
  return portHolders.map(({ pid, name, nodes }) => ({
    check: 'port-holders',
    severity: 'refuse',
    what: `${name} (process ${pid}) holds ${nodes.join(', ')} of the modem.`,
    next: `Stop ${name}; what answers in its place would be lost in between.`,
    mayOverride: true,
  }));
}

function updaters({ otherUpdaters }: PreflightFacts): readonly Finding[] {
  return otherUpdaters.map(({ pid, names }) => ({
    check: 'other-updaters',
    severity: 'refuse',
    what: `Another program that flashes modems is running: ${names.at(-1)} (process ${pid}).`,
    next: 'Wait until it has ended. Do not end it while it writes.',
    mayOverride: false,
  }));
}

/** `watchdogs`, as a person finds them, are looked for once services are stopped. */
export function judgeWatchdogs({ watching, due }: Watchdogs): readonly Finding[] {
  const finding = (what: string, next: string): Finding => ({
    check: 'watchdogs',
    severity: 'refuse',
    what,
    next,
    mayOverride: true,
  });
  return [
    ...watching.map((found) =>
      finding(
        `A watchdog may reboot this machine, or power-cycle the modem, because the modem is away: ${found}.`,
        'Stop it, or take the line out, until the update has ended.',
      ),
    ),
    ...due.map((found) =>
      finding(
        `A crontab restarts this machine, or the modem, within the next ${CRON_REBOOT_WITHIN_MINUTES} minutes: ${found}.`,
        'Run the update at another hour, or take the line out until it has ended.',
      ),
    ),
  ];
}

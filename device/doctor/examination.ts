/** What an examination finds, and what is to be done. */
import type { ModemState } from '../transport/door.ts';
import type { ModemFacts } from './facts.ts';

/** What stands on the bus, and what this machine knows of it. */
export type Seen = {
  /** How the modem is named; null where none was named and none is there. */
  readonly where: string | null;
  readonly state: ModemState | 'absent';
  readonly usbId: string | null;
  /** Kernel drivers of its interfaces; null where that cannot be seen, as behind a relay. */
  readonly drivers: readonly string[] | null;
  /** An update of this modem was begun here and is not finished. */
  readonly isUnfinished: boolean;
  /** Why its AT port could not be opened or used, in words; null where it could. */
  readonly atProblem: { readonly what: string; readonly next: string } | null;
};

export type Patient = { readonly seen: Seen; readonly facts: ModemFacts | null };

/** `blocks`: it cannot work like this. `limits`: it may be why it works badly. `note`: worth knowing. */
export type Severity = 'blocks' | 'limits' | 'note';

/**
 * Whether firmware is to blame. `no-cure`: an earlier flashing may have caused it, and no flashing undoes it.
 * `unknown` where the modem could not be asked.
 */
export type FirmwareVerdict = 'not-likely' | 'possible' | 'likely' | 'no-cure' | 'unknown';

export type NextStep = { readonly what: string; readonly command: string | null };

/** In the order in which things have to work; what is wrong on one level explains those after it. */
export const LEVELS = ['bus', 'port', 'radio', 'sim', 'registration', 'data', 'router'] as const;
export type Level = (typeof LEVELS)[number];

export type DoctorFinding = {
  readonly id: string;
  readonly level: Level;
  readonly severity: Severity;
  readonly firmware: FirmwareVerdict;
  readonly says: string;
  readonly next: readonly NextStep[];
};

export type Examination = {
  readonly seen: Seen;
  readonly facts: ModemFacts | null;
  readonly findings: readonly DoctorFinding[];
  readonly summary: string;
  readonly firmware: { readonly verdict: FirmwareVerdict; readonly says: string };
  readonly next: readonly NextStep[];
};

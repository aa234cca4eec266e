/** One thing that can be wrong: when it holds, what it means, what to do. A row of the tables in `conditions/`. */
import type { FirmwareVerdict, Level, NextStep, Patient, Severity } from './examination.ts';
import type { ModemFacts } from './facts.ts';

export type Condition = {
  readonly id: string;
  readonly level: Level;
  readonly severity: Severity;
  readonly firmware: FirmwareVerdict;
  readonly holds: (patient: Patient) => boolean;
  readonly says: string | ((patient: Patient) => string);
  readonly next: readonly NextStep[] | ((patient: Patient) => readonly NextStep[]);
  /** Where the fact is from. */
  readonly source: string;
};

export const step = (what: string, command: string | null = null): NextStep => ({ what, command });

/** Holds where the modem was asked and its answers say so. */
export function ifFacts(test: (facts: ModemFacts) => boolean): Condition['holds'] {
  return ({ facts }) => facts !== null && test(facts);
}

/** Registered, at home or abroad. */
export function isRegistered({ registration }: ModemFacts): boolean {
  return registration === 'home' || registration === 'roaming';
}

/** The journal of an attempt at this modem, telling of it what a person should know. */
import type { ModemPorts } from './attempt.ts';
import { type Attempt, Journal, journalPath } from './journal.ts';

export function journalOf(attempt: Attempt, { stateDir, door, clock, events }: ModemPorts): Journal {
  return new Journal(journalPath(stateDir, door.key), attempt, clock, events.onStep, ({ path, why }) =>
    events.onNote(`${path} cannot be written (${why}); the flashing goes on without it`),
  );
}

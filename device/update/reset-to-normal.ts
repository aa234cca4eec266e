/**
 * Out of emergency download mode, or out of a crash dump, without writing anything: what `cistern reset` does and
 * `cistern rescue` tries first. Done means that the modem is in normal mode and says its version itself.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { type IdentifyFailure, type Identity, identify } from '../modem/identify.ts';
import type { ProcessTable } from '../process-table.ts';
import type { RouterFailure } from '../router/make-ready.ts';
import type { PowerFailure } from '../router/power/power-cycle.ts';
import type { Surroundings } from '../router/surroundings.ts';
import type { DoorFailure, ModemDoor, ModemState, OpenedModem, Sighting } from '../transport/door.ts';
import { awaitReturn } from './confirm.ts';
import { isUnfinished, type JournalFailure, readAttempt } from './journal.ts';
import { type LeaveFailure, leaveEdl } from './leave-edl.ts';
import type { UpdateTimings } from './limits.ts';
import { type LockFailure, takeLock } from './lock.ts';

/** States that a RESET ends. */
export type ResettableState = 'edl' | 'ram-dump';

export type ResetFailure =
  | DoorFailure
  | IdentifyFailure
  | LeaveFailure
  | LockFailure
  | JournalFailure
  | PowerFailure
  | RouterFailure
  | { readonly reason: 'not-wanted-by-user' }
  /** This board's switch is none that is known, or the modem stands behind a relay. */
  | { readonly reason: 'power-switch-unknown'; readonly where: string }
  /** Its state is none that Sahara or Firehose could end. */
  | {
      readonly reason: 'modem-cannot-be-reset';
      readonly where: string;
      readonly state: Exclude<ModemState, 'normal' | ResettableState>;
      readonly usbId: string;
    }
  /** It was reset, several times, and comes back in EDL: nothing in its flash starts. */
  | { readonly reason: 'modem-does-not-start'; readonly where: string }
  | { readonly reason: 'modem-back-but-silent'; readonly where: string; readonly because: string }
  /** A reset would not start it, and the rest of its firmware is still here. */
  | { readonly reason: 'attempt-half-written'; readonly where: string; readonly toVersion: string };

export type ResetPorts = {
  readonly door: ModemDoor;
  readonly stateDir: string;
  readonly processes: ProcessTable;
  readonly timings: UpdateTimings;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
};

export type ResetEnd = {
  /** What it was found in; `normal` where nothing had to be done. */
  readonly found: Pick<Sighting, 'usbId'> & { readonly state: 'normal' | ResettableState };
  readonly identity: Identity;
};

export type MayReset = (found: Sighting & { readonly state: ResettableState }) => Promise<boolean>;

/** `mayReset` is asked once the modem was seen in a state that a reset ends. */
export function resetToNormal(
  ports: ResetPorts,
  mayReset: MayReset,
  signal: AbortSignal,
): Promise<Result<ResetEnd, ResetFailure>> {
  return alone(ports, () => resetAlone(ports, mayReset, signal));
}

/** The same by cutting its power, for one that hears nothing or is not on the bus; `mayCut` is asked before. */
export function resetByPower(
  ports: ResetPorts,
  mayCut: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<Result<Identity, ResetFailure>> {
  return alone(ports, async () => {
    const { door, surroundings } = ports;
    if (!(await mayCut())) return err({ reason: signal.aborted ? 'interrupted' : 'not-wanted-by-user' });
    const renewed = await surroundings.renewPower();
    if (!renewed.ok) return renewed;
    if (!renewed.value) return err({ reason: 'power-switch-unknown', where: door.where });
    return backAgain(ports);
  });
}

/** Under the lock, with services stopped, and never of a modem whose flash an update has left half written. */
async function alone<T>(
  ports: ResetPorts,
  work: () => Promise<Result<T, ResetFailure>>,
): Promise<Result<T, ResetFailure>> {
  const { door, stateDir, processes } = ports;
  const lock = await takeLock(stateDir, door.key, processes);
  if (!lock.ok) return lock;
  try {
    const journal = await readAttempt(stateDir, door.key);
    if (!journal.ok) return journal;
    const attempt = journal.value;
    if (attempt?.flashTouched && isUnfinished(attempt))
      return err({ reason: 'attempt-half-written', where: door.where, toVersion: attempt.toVersion });
    const { surroundings } = ports;
    await surroundings.startLeftStopped({ isGoingOn: false });
    return await surroundings.around(async () => {
      const ready = await surroundings.makeReadyToFinish({ goesOnRegardless: true });
      return ready.ok ? work() : ready;
    });
  } finally {
    await lock.value.release();
  }
}

/** The same for who holds the lock and has read the journal. */
export async function resetAlone(
  ports: Pick<ResetPorts, 'door' | 'timings' | 'clock' | 'surroundings'>,
  mayReset: MayReset,
  signal: AbortSignal,
): Promise<Result<ResetEnd, ResetFailure>> {
  const { door } = ports;
  const opened = await door.open(signal);
  if (!opened.ok) return opened;
  const { pipe, state, usbId } = opened.value;
  if (state === 'edl' || state === 'ram-dump') {
    // It stays open while a person thinks: the boot ROM says HELLO once, to whoever opens it first (edl 1b).
    if (!(await mayReset({ ...opened.value, state }))) {
      await pipe.close();
      return err({ reason: signal.aborted ? 'interrupted' : 'not-wanted-by-user' });
    }
    const identity = await restart(opened.value, ports, signal);
    return identity.ok ? ok({ found: { state, usbId }, identity: identity.value }) : identity;
  }
  await pipe.close();
  if (state !== 'normal') return err({ reason: 'modem-cannot-be-reset', where: door.where, state, usbId });
  const identity = await identify(door, ports, signal);
  return identity.ok ? ok({ found: { state, usbId }, identity: identity.value }) : identity;
}

/** Resets an opened modem and waits for its word. */
async function restart(
  opened: OpenedModem,
  ports: Pick<ResetPorts, 'door' | 'timings' | 'clock' | 'surroundings'>,
  signal: AbortSignal,
): Promise<Result<Identity, ResetFailure>> {
  const { door } = ports;
  const { where } = door;
  const left = await leaveEdl(door, ports, signal, opened);
  if (!left.ok) {
    const { failure } = left;
    return err(failure.reason === 'modem-stays-in-edl' ? { reason: 'modem-does-not-start', where } : failure);
  }
  return backAgain(ports);
}

/** The word of a modem that was told to start again. */
async function backAgain(
  ports: Pick<ResetPorts, 'door' | 'timings' | 'clock' | 'surroundings'>,
): Promise<Result<Identity, ResetFailure>> {
  const { where } = ports.door;
  const identity = await awaitReturn(ports);
  if (identity.ok) return identity;
  const { failure } = identity;
  if (failure.reason === 'power-not-switched') return err(failure);
  if (failure.reason === 'modem-in-edl-after-flashing') return err({ reason: 'modem-does-not-start', where });
  const because =
    failure.reason === 'modem-not-confirmed' ? (failure.last?.reason ?? 'no answer') : failure.reason;
  return err({ reason: 'modem-back-but-silent', where, because });
}

/** Success is the modem's word (P7): the wanted version, and nothing worse than in the snapshot taken before. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { type IdentifyFailure, type Identity, identify } from '../modem/identify.ts';
import { type Difference, findWorse, type Snapshot, takeSnapshot } from '../modem/snapshot.ts';
import type { PowerFailure } from '../router/power/power-cycle.ts';
import type { Surroundings } from '../router/surroundings.ts';
import type { ModemDoor } from '../transport/door.ts';
import { type CrashFailure, endCrashDumpSeen } from './await-updatable.ts';
import { isGoneOrMute } from './gone-or-mute.ts';
import { CRASH_DUMPS_MAX, type UpdateTimings } from './limits.ts';

export type ConfirmFailure =
  | {
      readonly reason: 'modem-not-confirmed';
      readonly last: IdentifyFailure | null;
      readonly waitedMs: number;
    }
  | { readonly reason: 'modem-in-edl-after-flashing' }
  | { readonly reason: 'wrong-version-after-flashing'; readonly wanted: string; readonly found: string }
  | CrashFailure
  | PowerFailure
  | { readonly reason: 'worse-than-before'; readonly differences: readonly Difference[] };

export type ConfirmPorts = {
  readonly door: ModemDoor;
  readonly timings: UpdateTimings;
  readonly clock: Clock;
};

export type ReturnPorts = ConfirmPorts & { readonly surroundings: Pick<Surroundings, 'renewPower'> };

export type ConfirmingPorts = ReturnPorts & {
  readonly events: { readonly onNote: (note: string) => void };
};

/** Waits for the modem, asks for its version, and waits for the network to be as good as before. */
export async function confirmUpdate(
  wanted: { readonly version: string; readonly snapshot: Snapshot | null },
  ports: ConfirmingPorts,
): Promise<Result<Identity, ConfirmFailure>> {
  const identity = await awaitReturn(ports);
  if (!identity.ok) return identity;
  const found = identity.value.version.text;
  if (found !== wanted.version)
    return err({ reason: 'wrong-version-after-flashing', wanted: wanted.version, found });
  if (wanted.snapshot === null) return identity;
  const recovered = await awaitRecovery(wanted.snapshot, identity.value, ports);
  return recovered.ok ? identity : recovered;
}

/** The same of a modem that was told to restart: where it is gone or mute, its power is renewed, once. */
export async function awaitReturn(ports: ReturnPorts): Promise<Result<Identity, ConfirmFailure>> {
  const endsDumps = { onCrashDump: () => endCrashDumpSeen(ports) };
  const identity = await awaitIdentity(ports, endsDumps);
  if (identity.ok || !isGoneOrMute(identity.failure)) return identity;
  const renewed = await ports.surroundings.renewPower();
  if (!renewed.ok) return renewed;
  return renewed.value ? awaitIdentity(ports, endsDumps) : identity;
}

/**
 * The modem's identity once it answers AT and DIAG, which may take a minute after its first boot. `onCrashDump` ends the
 * dump of firmware that crashes meanwhile; without it one that offers its memory is asked for nothing.
 */
export async function awaitIdentity(
  { door, timings, clock }: ConfirmPorts,
  { onCrashDump = null }: { readonly onCrashDump?: (() => Promise<void>) | null } = {},
): Promise<Result<Identity, ConfirmFailure>> {
  const deadlineMs = clock.nowMs() + timings.returnMs;
  let last: IdentifyFailure | null = null;
  let sightingsInEdl = 0;
  let dumps = 0;
  do {
    const identity = await identify(door, { clock, timings });
    if (identity.ok) return identity;
    last = identity.failure;
    // It is back, DIAG has answered, and no waiting opens an AT port.
    if (last.reason === 'at-port-not-named') break;
    // Seen in EDL twice, it is not on its way: its flash did not boot.
    if (last.reason === 'modem-not-in-normal-mode' && last.state === 'edl' && ++sightingsInEdl === 2) {
      return err({ reason: 'modem-in-edl-after-flashing' });
    }
    if (onCrashDump !== null && last.reason === 'modem-not-in-normal-mode' && last.state === 'ram-dump') {
      if (++dumps > CRASH_DUMPS_MAX) return err({ reason: 'modem-keeps-crashing', where: door.where });
      await onCrashDump();
    }
    await clock.sleep(timings.lookIntervalMs);
  } while (clock.nowMs() < deadlineMs);
  return err({ reason: 'modem-not-confirmed', last, waitedMs: timings.returnMs });
}

async function awaitRecovery(
  before: Snapshot,
  identity: Identity,
  { door, timings, clock, events }: ConfirmingPorts,
): Promise<Result<void, ConfirmFailure>> {
  const deadlineMs = clock.nowMs() + timings.recoveryMs;
  let failure: ConfirmFailure;
  do {
    const after = await takeSnapshot(door, identity);
    if (after.ok) {
      const differences = findWorse(before, after.value);
      if (differences.length === 0) {
        // Another place, most likely; at a fixed site another list of operators, and a bill.
        if (before.registration === 'home' && after.value.registration === 'roaming')
          events.onNote(
            'the modem was in its home network before, and roams now: where it did not move, look into it',
          );
        return ok();
      }
      failure = { reason: 'worse-than-before', differences };
    } else {
      failure = { reason: 'modem-not-confirmed', last: after.failure, waitedMs: timings.recoveryMs };
    }
    await clock.sleep(timings.recoveryIntervalMs);
  } while (clock.nowMs() < deadlineMs);
  return err(failure);
}

/**
 * Back to normal mode without a single erase, from EDL and from a crash dump: whatever listens, boot ROM or
 * programmer, is told to restart. The proof that the modem is as it was (P3) is asked for by who calls this.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { FirehoseLink } from '../firehose/link.ts';
import { resetProgrammer } from '../firehose/write.ts';
import { resetModem } from '../sahara/reset.ts';
import { isUpdatable, type ModemDoor, type OpenedModem } from '../transport/door.ts';
import { type AwaitFailure, awaitModem } from './await-modem.ts';
import { GREETINGS_MAX, type UpdateTimings } from './limits.ts';
import { reachProgrammer } from './reach-programmer.ts';

export type LeaveFailure = AwaitFailure | { readonly reason: 'modem-stays-in-edl'; readonly where: string };

export type LeavePorts = { readonly timings: UpdateTimings; readonly clock: Clock };

/** Resets what listens until the modem stands in normal mode. `first` is the modem where it is open already. */
export async function leaveEdl(
  door: ModemDoor,
  { timings, clock }: LeavePorts,
  signal?: AbortSignal,
  first: OpenedModem | null = null,
): Promise<Result<void, LeaveFailure>> {
  const wait = {
    timeoutMs: timings.returnMs,
    intervalMs: timings.lookIntervalMs,
    isAwaited: isUpdatableOrCrashed,
    clock,
  };
  let opened = first;
  for (let attempt = 0; attempt < GREETINGS_MAX; attempt++) {
    if (opened === null) {
      const awaited = await awaitModem(door, wait, signal);
      if (!awaited.ok) return awaited;
      opened = awaited.value;
    }
    const { pipe, state } = opened;
    opened = null;
    if (state === 'normal') {
      await pipe.close();
      return ok();
    }
    await resetWhatListens(pipe, timings, signal);
    await pipe.close();
    await clock.sleep(timings.lookIntervalMs, signal);
  }
  return err({ reason: 'modem-stays-in-edl', where: door.where });
}

/** A crash dump is offered over Sahara too, and ends with the same RESET (edl 1b). */
function isUpdatableOrCrashed(modem: OpenedModem): boolean {
  return isUpdatable(modem) || modem.state === 'ram-dump';
}

async function resetWhatListens(
  pipe: OpenedModem['pipe'],
  timings: UpdateTimings,
  signal?: AbortSignal,
): Promise<void> {
  const greeting = await reachProgrammer(pipe, { timings, flashTouched: false }, signal);
  if (!greeting.ok) return;
  if (greeting.value.found === 'hello') await resetModem(pipe, timings.sahara, signal);
  else await resetProgrammer(new FirehoseLink(pipe, timings.firehose, { heard: greeting.value.heard }));
}

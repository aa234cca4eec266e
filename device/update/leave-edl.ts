/**
 * Back to normal mode without a single erase, from EDL and from a crash dump: whatever listens, boot ROM or
 * programmer, is told to restart. The proof that the modem is as it was (P3) is asked for by who calls this.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { ModemDoor, OpenedModem } from '../transport/door.ts';
import { type AwaitFailure, awaitModem } from './await-modem.ts';
import { isUpdatableOrCrashed } from './await-updatable.ts';
import { GREETINGS_MAX, type UpdateTimings } from './limits.ts';
import { resetWhatListens } from './reset-what-listens.ts';

export type LeaveFailure =
  | AwaitFailure
  | { readonly reason: 'modem-stays-in-edl'; readonly where: string }
  /** It takes what it is asked for something else, most likely for the rest of an image. */
  | { readonly reason: 'modem-silent-in-edl'; readonly where: string };

/** Opened and asked this often without a word, it will not hear the next question either. */
const SILENCES_MAX = 2;

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
  let silences = 0;
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
    const heard = await resetWhatListens(pipe, timings, signal);
    await pipe.close();
    silences = heard ? 0 : silences + 1;
    if (silences === SILENCES_MAX) return err({ reason: 'modem-silent-in-edl', where: door.where });
    await clock.sleep(timings.lookIntervalMs, signal);
  }
  return err({ reason: 'modem-stays-in-edl', where: door.where });
}

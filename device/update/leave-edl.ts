/**
 * Back to normal mode without a single erase, and the proof that the modem is as it was (P3): the same version by
 * its own word, and nothing worse than in the snapshot.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { FirehoseLink } from '../firehose/link.ts';
import { resetProgrammer } from '../firehose/write.ts';
import { resetModem } from '../sahara/driver.ts';
import { isUpdatable, type ModemDoor, type OpenedModem } from '../transport/door.ts';
import { type AwaitFailure, awaitModem } from './await-modem.ts';
import { GREETINGS_MAX, type UpdateTimings } from './limits.ts';
import { reachProgrammer } from './reach-programmer.ts';

export type LeaveFailure = AwaitFailure | { readonly reason: 'modem-stays-in-edl'; readonly where: string };

/** Resets whatever listens in EDL, Sahara or programmer, until the modem stands in normal mode. */
export async function leaveEdl(
  door: ModemDoor,
  { timings, clock }: { readonly timings: UpdateTimings; readonly clock: Clock },
): Promise<Result<void, LeaveFailure>> {
  for (let attempt = 0; attempt < GREETINGS_MAX; attempt++) {
    const wait = {
      timeoutMs: timings.returnMs,
      intervalMs: timings.lookIntervalMs,
      isAwaited: isUpdatable,
      clock,
    };
    const opened = await awaitModem(door, wait);
    if (!opened.ok) return opened;
    const { pipe, state } = opened.value;
    if (state === 'normal') {
      await pipe.close();
      return ok();
    }
    await resetWhatListens(pipe, timings);
    await pipe.close();
    await clock.sleep(timings.lookIntervalMs);
  }
  return err({ reason: 'modem-stays-in-edl', where: door.where });
}

async function resetWhatListens(pipe: OpenedModem['pipe'], timings: UpdateTimings): Promise<void> {
  const greeting = await reachProgrammer(pipe, { timings, flashTouched: false });
  if (!greeting.ok) return;
  if (greeting.value.found === 'hello') await resetModem(pipe, timings.sahara);
  else await resetProgrammer(new FirehoseLink(pipe, timings.firehose));
}

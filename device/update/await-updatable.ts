/**
 * Waits for a modem that can be gone on with, in EDL or in normal mode. One that has crashed meanwhile offers its memory
 * and stays so until it is reset (edl 1b), which writes nothing: half-written firmware, and new firmware, may do that.
 */
import { err, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { isUpdatable, type ModemDoor, type OpenedModem } from '../transport/door.ts';
import { type AwaitFailure, awaitModem } from './await-modem.ts';
import { CRASH_DUMPS_MAX, type UpdateTimings } from './limits.ts';
import { resetWhatListens } from './reset-what-listens.ts';

export type CrashFailure = { readonly reason: 'modem-keeps-crashing'; readonly where: string };

export type AwaitUpdatablePorts = {
  readonly door: ModemDoor;
  readonly timings: UpdateTimings;
  readonly clock: Clock;
};

/** Each wait for it to come back has its bound (`returnMs`), and so has their number. */
export async function awaitUpdatable(
  { door, timings, clock }: AwaitUpdatablePorts,
  signal?: AbortSignal,
): Promise<Result<OpenedModem, AwaitFailure | CrashFailure>> {
  const wait = {
    timeoutMs: timings.returnMs,
    intervalMs: timings.lookIntervalMs,
    isAwaited: isUpdatableOrCrashed,
    clock,
  };
  for (let dumps = 0; dumps <= CRASH_DUMPS_MAX; dumps++) {
    const opened = await awaitModem(door, wait, signal);
    if (!opened.ok || opened.value.state !== 'ram-dump') return opened;
    await endCrashDump(opened.value, timings, signal);
    await clock.sleep(timings.lookIntervalMs, signal);
  }
  return err({ reason: 'modem-keeps-crashing', where: door.where });
}

export function isUpdatableOrCrashed(modem: OpenedModem): boolean {
  return isUpdatable(modem) || modem.state === 'ram-dump';
}

/** Of a modem that is seen in a crash dump now; one that is in another state is left alone. */
export async function endCrashDumpSeen(
  { door, timings }: Pick<AwaitUpdatablePorts, 'door' | 'timings'>,
  signal?: AbortSignal,
): Promise<void> {
  const opened = await door.open(signal);
  if (!opened.ok) return;
  if (opened.value.state === 'ram-dump') await endCrashDump(opened.value, timings, signal);
  else await opened.value.pipe.close();
}

async function endCrashDump(
  { pipe }: OpenedModem,
  timings: UpdateTimings,
  signal?: AbortSignal,
): Promise<void> {
  await resetWhatListens(pipe, timings, signal);
  await pipe.close();
}

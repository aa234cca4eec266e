/** Waits until the modem stands on the bus again, in whatever state, within a bound. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { DoorFailure, ModemDoor, OpenedModem } from '../transport/door.ts';

export type AwaitFailure =
  | DoorFailure
  | { readonly reason: 'modem-did-not-return'; readonly where: string; readonly waitedMs: number };

/** Opens the modem as soon as it is there and `isAwaited`; others are closed and looked at again. */
export async function awaitModem(
  door: ModemDoor,
  wait: {
    readonly timeoutMs: number;
    readonly intervalMs: number;
    readonly isAwaited: (modem: OpenedModem) => boolean;
    readonly clock: Clock;
  },
  signal?: AbortSignal,
): Promise<Result<OpenedModem, AwaitFailure>> {
  const deadlineMs = wait.clock.nowMs() + wait.timeoutMs;
  let failure: AwaitFailure;
  do {
    if (signal?.aborted) return err({ reason: 'interrupted' });
    const opened = await door.open(signal);
    failure = { reason: 'modem-did-not-return', where: door.where, waitedMs: wait.timeoutMs };
    if (opened.ok) {
      if (wait.isAwaited(opened.value)) return ok(opened.value);
      await opened.value.pipe.close();
    } else if (opened.failure.reason === 'interrupted') {
      return opened;
    } else if (opened.failure.reason === 'link-broken') {
      // A relay that is restarting, or has no modem to announce yet.
      failure = opened.failure;
    }
    await wait.clock.sleep(wait.intervalMs, signal);
  } while (wait.clock.nowMs() < deadlineMs);
  return err(failure);
}

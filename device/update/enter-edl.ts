/**
 * The one way into emergency download mode. It takes a StagedPackage, which only the stage's verification can
 * make: without everything at hand and verified, there is no call that changes the modem's mode (P2).
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { type DiagFailure, requestEdl } from '../modem/diag.ts';
import type { StagedPackage } from '../stage/staged-package.ts';
import type { DoorFailure, ModemDoor, OpenedModem } from '../transport/door.ts';
import { type AwaitFailure, awaitModem } from './await-modem.ts';
import type { UpdateTimings } from './limits.ts';

export type EnterEdlFailure =
  | DoorFailure
  | DiagFailure
  | AwaitFailure
  | { readonly reason: 'modem-refuses-edl'; readonly attempts: number };

export async function enterEdl(
  _staged: StagedPackage,
  door: ModemDoor,
  { timings, clock }: { readonly timings: UpdateTimings; readonly clock: Clock },
  signal?: AbortSignal,
): Promise<Result<OpenedModem, EnterEdlFailure>> {
  for (let attempt = 0; attempt < timings.edlAttempts; attempt++) {
    if (attempt > 0) await clock.sleep(timings.edlRetryMs, signal);
    if (signal?.aborted) return err({ reason: 'interrupted' });
    const opened = await door.open(signal);
    if (!opened.ok) {
      // It may be restarting into normal mode.
      if (opened.failure.reason === 'modem-absent') continue;
      return opened;
    }
    if (opened.value.state === 'edl') return ok(opened.value);
    if (opened.value.state !== 'normal') {
      // Not the modem that was identified, or one that has crashed: it is asked for nothing.
      await opened.value.pipe.close();
      continue;
    }
    const asked = await requestEdl(opened.value.pipe, signal);
    await opened.value.pipe.close();
    // Whether the echo came or the link broke first, the bus shows what the modem did.
    if (asked.ok || asked.failure.reason === 'modem-disconnected') break;
    // A port that takes nothing may take it once it is opened anew.
    if (!isUnheard(asked.failure)) return asked;
    if (attempt === timings.edlAttempts - 1)
      return err({ reason: 'modem-refuses-edl', attempts: timings.edlAttempts });
  }
  const isAwaited = (modem: OpenedModem) => modem.state === 'edl';
  return awaitModem(
    door,
    { timeoutMs: timings.reenumerationMs, intervalMs: timings.lookIntervalMs, isAwaited, clock },
    signal,
  );
}

function isUnheard({ reason }: DiagFailure): boolean {
  return reason === 'diag-no-answer' || reason === 'transfer-timed-out';
}

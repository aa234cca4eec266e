/**
 * Patience with a relay that has just lost us: one that serves a single client, or is started anew for every client,
 * refuses the next one for a moment although the modem is there. Only then is it tried again; a modem that left by
 * itself is absent at once.
 */
import type { Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { DoorFailure } from './door.ts';
import { RELAY_AGAIN_MS, RELAY_LOOK_INTERVAL_MS } from './limits.ts';

export type Patience = {
  /** Opens, again and again where we have just hung up ourselves, which the attempt is told. */
  readonly open: <T>(
    attempt: (isAgain: boolean) => Promise<Result<T, DoorFailure>>,
    signal?: AbortSignal,
  ) => Promise<Result<T, DoorFailure>>;
  /** We hung up, now. */
  readonly hungUp: () => void;
};

export function patienceOf(clock: Clock): Patience {
  let untilMs = 0;
  return {
    open: async (attempt, signal) => {
      for (;;) {
        const opened = await attempt(clock.nowMs() < untilMs);
        const isRefused = !opened.ok && opened.failure.reason === 'modem-absent';
        if (!isRefused || signal?.aborted || clock.nowMs() >= untilMs) return opened;
        await clock.sleep(RELAY_LOOK_INTERVAL_MS, signal);
      }
    },
    hungUp: () => {
      untilMs = clock.nowMs() + RELAY_AGAIN_MS;
    },
  };
}

/** The pipe, which says when it is closed. */
export function tellingEnd<P extends { readonly close: () => Promise<void> }>(
  pipe: P,
  onClose: () => void,
): P {
  return {
    ...pipe,
    close: async () => {
      await pipe.close();
      onClose();
    },
  };
}

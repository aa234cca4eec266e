/** Looks for one modem on the bus as it is at this moment. */
import { err, type Result } from '../../../shared/result.ts';
import type { DoorFailure, OnBus } from '../door.ts';
import { findModems, type SeenModem } from './find-modems.ts';
import { followModem, type Socket } from './follow-modem.ts';

export type LookForModem = (signal?: AbortSignal) => Promise<Result<SeenModem, DoorFailure>>;

/** Every look remembers who else was there, so that one door looks with one of these for as long as it lives. */
export function lookForModem(socket: Socket, sysfs: string): LookForModem {
  const follower = followModem(socket);
  return async (signal) => {
    if (signal?.aborted) return err({ reason: 'interrupted' });
    const inSight = await findModems(sysfs);
    return inSight.ok ? follower.locate(inSight.value) : inSight;
  };
}

/** What a door tells of the machine's own bus; several that could be meant are as good as none. */
export function onBus({ path, peer }: Socket, look: LookForModem): OnBus {
  return {
    paths: peer === null ? [path] : [path, peer],
    look: async () => {
      const modem = await look();
      return modem.ok ? modem.value : null;
    },
  };
}

/**
 * Finds one modem again and again while it leaves the bus and comes back as something else. Its socket names it.
 * Where it came back on another bus, only a newcomer with the same ports can be it, and only where nothing else
 * could be: a wrong guess would flash somebody else's modem.
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import type { DoorFailure } from '../door.ts';
import type { SeenModem } from './find-modems.ts';
import { portChain } from './ports.ts';

export type Follower = {
  /** Where it stands now, among all that are in sight; `modem-absent` also while it is being set up. */
  readonly locate: (inSight: readonly SeenModem[]) => Result<SeenModem, DoorFailure>;
};

export type Socket = { readonly path: string; readonly peer: string | null };

export function followModem({ path, peer }: Socket): Follower {
  const where = `usb:${path}`;
  /** Where others stood while ours stood in its socket; null until it was seen there. */
  let others: readonly string[] | null = null;
  const settled = (modem: SeenModem | undefined): Result<SeenModem, DoorFailure> =>
    modem?.isSettled ? ok(modem) : err({ reason: 'modem-absent', where });
  return {
    locate: (inSight) => {
      const atHome =
        inSight.find((modem) => modem.path === path) ?? inSight.find((modem) => modem.path === peer);
      if (atHome !== undefined) {
        others = inSight.filter((modem) => modem !== atHome).map((modem) => modem.path);
        return settled(atHome);
      }
      const moved = inSight.filter((modem) => couldBeOurs(modem, path, others));
      const rivals = others === null ? inSight.filter(({ state }) => state === 'edl') : moved;
      const alike = others?.some((other) => portChain(other) === portChain(path)) ?? false;
      if (moved.length > 0 && (rivals.length > 1 || alike)) {
        const choices = rivals.map((modem) => `usb:${modem.path}`);
        return err({ reason: 'modems-indistinguishable', where, choices });
      }
      return settled(moved[0]);
    },
  };
}

/** A modem in normal mode is only taken for ours when it came after ours had left. */
function couldBeOurs(modem: SeenModem, path: string, others: readonly string[] | null): boolean {
  if (portChain(modem.path) !== portChain(path)) return false;
  if (others === null) return modem.state === 'edl';
  return !others.includes(modem.path) && (modem.state === 'edl' || modem.state === 'normal');
}

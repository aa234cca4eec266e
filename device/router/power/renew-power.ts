/** Renews a modem's power in the first way that works: uhubctl may be there and the hub not be one that it switches. */
import { ok, type Result } from '../../../shared/result.ts';
import type { Machine } from '../machine.ts';
import { findBoardPowers } from './board-power.ts';
import { type PowerFailure, powerCycle } from './power-cycle.ts';

export type RenewPorts = {
  readonly machine: Machine;
  readonly onNote: (note: string) => void;
};

/**
 * `usbPaths` are those of the modem's socket. `isTried`: there was a way, whether it worked or not. Fails only where
 * the modem is left without power: then no other way is tried, which could not give it back.
 */
export async function renewPower(
  usbPaths: readonly string[],
  ports: RenewPorts,
): Promise<Result<{ readonly isTried: boolean; readonly isRenewed: boolean }, PowerFailure>> {
  let isTried = false;
  for (const usbPath of usbPaths) {
    for (const board of await findBoardPowers(ports.machine, usbPath)) {
      isTried = true;
      ports.onNote(
        board.cutsPower
          ? `cutting the modem's power and giving it back (${board.name})`
          : `taking the modem off the bus and putting it back (${board.name}); it stays powered`,
      );
      const cycled = await powerCycle(board, ports.machine);
      if (cycled.ok) return ok({ isTried, isRenewed: true });
      if (cycled.failure.isOff) return cycled;
      ports.onNote(`the modem's power could not be switched (${cycled.failure.said})`);
    }
  }
  return ok({ isTried, isRenewed: false });
}

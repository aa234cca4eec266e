/** Takes a simulated modem's power away once its boot partition was erased: half written, and off the bus. */
import type { SimulatedModem } from '../modem/modem.ts';

const LOOK_INTERVAL_MS = 1;

/** Returns what stops looking. */
export function powerOffWhileFlashing(modem: SimulatedModem): () => void {
  const timer = setInterval(() => {
    if (modem.nand.isProgrammed(0)) return;
    clearInterval(timer);
    modem.powerOff();
  }, LOOK_INTERVAL_MS);
  return () => clearInterval(timer);
}

/**
 * A door to one modem, whatever lies between: it knows how to look for the modem and how to open it as it is now.
 * Its key names the modem for locks and journals and stays the same through EDL and back.
 */
import type { Result } from '../../shared/result.ts';
import type { Pipe, TransferFailure } from './pipe.ts';

/** What stands on the bus: `vendorId:productId` in hex and the number of interfaces. */
export type Sighting = {
  readonly usbId: string;
  readonly interfaceCount: number;
  /** `normal`: the pipe is the DIAG interface. `edl`: the pipe is the bulk pair of 05c6:9008. */
  readonly state: 'normal' | 'edl' | 'unsupported';
};

export type OpenedModem = Sighting & { readonly pipe: Pipe };

export type DoorFailure = TransferFailure | { readonly reason: 'modem-absent'; readonly where: string };

export type ModemDoor = {
  readonly key: string;
  /** How a person finds it, e.g. `tcp://192.0.2.1:9008`. */
  readonly where: string;
  /** Opens the modem's DIAG interface or EDL pair, whichever is there; `modem-absent` while there is none. */
  readonly open: (signal?: AbortSignal) => Promise<Result<OpenedModem, DoorFailure>>;
  /** Opens the AT interface as a raw byte stream; only in normal mode. */
  readonly openAt: (signal?: AbortSignal) => Promise<Result<Pipe, DoorFailure>>;
};

/** EDL ids (edl 1a); everything else of a known vendor is the module in normal mode. */
export function stateOf(usbId: string): Sighting['state'] {
  if (usbId === '05c6:9008' || usbId === '05c6:901f') return 'edl';
  return usbId.startsWith('2c7c:') ? 'normal' : 'unsupported';
}

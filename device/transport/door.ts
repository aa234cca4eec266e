/**
 * A door to one modem, whatever lies between: it knows how to look for the modem and how to open it as it is now.
 * Its key names the modem for locks and journals and stays the same through EDL and back.
 */
import type { Result } from '../../shared/result.ts';
import {
  EDL_IDS,
  FASTBOOT_IDS,
  isNormalId,
  notQualcommName,
  RAM_DUMP_IDS,
  RAM_DUMP_IF_SINGLE_IDS,
} from './bus/modem-ids.ts';
import type { UsbNode } from './bus/usb-tree.ts';
import type { Pipe, TransferFailure } from './pipe.ts';

/**
 * What a modem is doing, by its USB id and number of interfaces. Only `normal` and `edl` can be updated;
 * `not-qualcomm` has no EDL at all; `unsupported` is everything that the tables do not know.
 */
export type ModemState = 'normal' | 'edl' | 'ram-dump' | 'fastboot' | 'not-qualcomm' | 'unsupported';

/** What stands on the bus: `vendorId:productId` in hex and the number of interfaces. */
export type Sighting = {
  readonly usbId: string;
  readonly interfaceCount: number;
  /** `normal`: the pipe is the DIAG interface. `edl`, `ram-dump`: the one bulk pair, and over USB of `fastboot` too. Others have no pipe that works. */
  readonly state: ModemState;
};

export type OpenedModem = Sighting & { readonly pipe: Pipe };

export type DoorFailure =
  | TransferFailure
  | { readonly reason: 'modem-absent'; readonly where: string }
  /** Several could be meant, and a wrong choice would flash another modem: the choices are locators. */
  | {
      readonly reason: 'modems-indistinguishable';
      readonly where: string;
      readonly choices: readonly string[];
    }
  | { readonly reason: 'transport-not-installed'; readonly npmPackage: string; readonly why: string }
  | { readonly reason: 'usb-bus-missing'; readonly path: string }
  | { readonly reason: 'device-not-permitted'; readonly node: string; readonly kind: 'usb' | 'tty' }
  /** Another program holds it. */
  | { readonly reason: 'device-busy'; readonly what: string }
  | {
      readonly reason: 'interface-not-found';
      readonly role: 'DIAG' | 'AT' | 'EDL';
      readonly usbId: string;
      readonly where: string;
    }
  /** A relay carries the modem's USB interface alone (QFirehose -p), and no stream of its AT port was named. */
  | { readonly reason: 'at-port-not-named'; readonly where: string }
  /** It is there, but no driver offers a tty for the interface. */
  | { readonly reason: 'tty-missing'; readonly usbId: string; readonly where: string };

/** A modem that is plugged into this machine. */
export type OnBus = {
  /** Of its socket, such as `1-1.4`, and of the same socket on the bus of the other speed. */
  readonly paths: readonly string[];
  /** As it stands there now; null while it does not. Opens nothing. */
  readonly look: () => Promise<UsbNode | null>;
};

export type ModemDoor = {
  readonly key: string;
  /** How a person finds it, e.g. `tcp://192.0.2.1:9008`. */
  readonly where: string;
  /** Null behind a relay, where nothing of this machine is the modem's. */
  readonly onBus: OnBus | null;
  /** Opens the modem's DIAG interface or EDL pair, whichever is there; `modem-absent` while there is none. */
  readonly open: (signal?: AbortSignal) => Promise<Result<OpenedModem, DoorFailure>>;
  /** Opens the AT interface as a raw byte stream; only in normal mode. */
  readonly openAt: (signal?: AbortSignal) => Promise<Result<Pipe, DoorFailure>>;
};

/** A module with a single interface is not in normal mode, whatever its id (edl 1a). */
export function stateOf(usbId: string, interfaceCount: number): ModemState {
  if (EDL_IDS.has(usbId)) return 'edl';
  if (RAM_DUMP_IDS.has(usbId)) return 'ram-dump';
  if (FASTBOOT_IDS.has(usbId)) return 'fastboot';
  if (notQualcommName(usbId) !== null) return 'not-qualcomm';
  if (interfaceCount === 1) return RAM_DUMP_IF_SINGLE_IDS.has(usbId) ? 'ram-dump' : 'unsupported';
  return isNormalId(usbId) ? 'normal' : 'unsupported';
}

/** The two states in which an update goes on; in any other the modem is asked for nothing. */
export function isUpdatable({ state }: Pick<Sighting, 'state'>): boolean {
  return state === 'normal' || state === 'edl';
}

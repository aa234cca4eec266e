/** How a host reaches the simulated modem: the doors' shapes, shared by the in-process and the TCP side. */
import type { Result } from '../../shared/result.ts';

export type LinkFailure =
  | { readonly reason: 'timeout' }
  /** The modem left the bus, or this link was closed. */
  | { readonly reason: 'gone' }
  | { readonly reason: 'aborted' };

export type WaitOptions = { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined };

/**
 * One message is one transfer, except that a transfer longer than `maxBytes` comes in pieces, as on USB. A
 * zero-length packet comes as an empty read, and only where the message before it filled `maxBytes`.
 */
export interface ByteLink {
  read(maxBytes: number, options: ReadOptions): Promise<Result<Uint8Array, LinkFailure>>;
  write(bytes: Uint8Array, options: WriteOptions): Promise<Result<void, LinkFailure>>;
  close(): void;
}

export type ReadOptions = WaitOptions & {
  /** `apart`: every zero-length packet is an empty read of its own, for a reader that counts packets. */
  readonly zeroPackets?: 'joined' | 'apart';
};

export type WriteOptions = WaitOptions & {
  /** End a transfer that fills its last packet with an empty packet (URB_ZERO_PACKET). Default: no. */
  readonly zeroPacket?: boolean;
};

/** The modem's one interesting bulk pair: DIAG in normal mode, Sahara and Firehose in EDL. */
export interface UsbLink extends ByteLink {
  readonly vendorId: number;
  readonly productId: number;
  readonly interfaceCount: number;
}

export type OpenFailure =
  /** The modem is not there in this state: nothing to open. */
  | { readonly reason: 'not-on-bus'; readonly state: ModemState }
  /** Somebody else holds the interface. */
  | { readonly reason: 'busy' };

/**
 * `stuck`: powered, but on no bus (only a test point helps). `off`: powered down by command. `gone`: left the bus
 * without a reboot, e.g. unplugged. `rebooting`: between two enumerations.
 */
export type ModemState = BusState | 'rebooting' | 'stuck' | 'off' | 'gone';

/** On the bus. `ram-dump`: the firmware crashed. `fastboot`: in the boot loader, which is not EDL. */
export type BusState = 'normal' | 'edl-sahara' | 'edl-firehose' | 'ram-dump' | 'fastboot';

export function isOnBus(state: ModemState): state is BusState {
  return !['rebooting', 'stuck', 'off', 'gone'].includes(state);
}

/** What the module does on its bulk pair in one mode (DIAG, Sahara or Firehose), and what it may ask of the module. */
import type { TransferSource } from './usb-pipe.ts';

export interface UsbFunction {
  /** Does it end a message that fills its last packet with a zero-length packet, as things are now? */
  readonly sendsZeroPackets: boolean;
  /** A host opened the interface. */
  opened(): void;
  /** One transfer from the host; empty means a zero-length packet. */
  receive(bytes: Uint8Array): void;
  /** Power went while this transfer was being worked on. */
  cutDuring(bytes: Uint8Array): void;
  /** The cable went while power stayed. */
  disconnected(): void;
}

/** `firmware`: through the boot. `edl`: the boot ROM is told to stay in EDL. */
export type RestartInto = 'firmware' | 'edl';

export interface ModuleControl {
  send(message: Uint8Array | TransferSource): void;
  setBusy(isBusy: boolean): void;
  /** Largest packet of the bulk pair as the host has enumerated it, in bytes: a shorter one ends a transfer. */
  readonly packetBytes: number;
  /** Calls `action` in `delayMs`, unless power is lost or the module restarts before. */
  after(delayMs: number, action: () => void): void;
  /** Leaves the bus when everything pending was read; without `waitForHost` soon after even when it was not. */
  restart(options: { readonly into: RestartInto; readonly waitForHost: boolean }): void;
  /** Powers down when everything pending was read. */
  powerOff(): void;
  /** Sahara handed over a programmer: it runs now. */
  startProgrammer(): void;
}

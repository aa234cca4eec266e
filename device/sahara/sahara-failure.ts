/** How loading a programmer over Sahara can fail. */
import type { TransferFailure } from '../transport/pipe.ts';
import type { HardwareFailure } from './hardware.ts';
import type { PacketFailure } from './packets.ts';

export type SaharaFailure =
  | TransferFailure
  | PacketFailure
  | HardwareFailure
  | { readonly reason: 'sahara-no-hello' }
  /**
   * The modem was reset and comes back with a new HELLO: after a session somebody else began or left, or because it was
   * asked for command mode, knows none, and does not get over the question otherwise.
   */
  | { readonly reason: 'sahara-stale-session'; readonly after?: 'command-mode-refused' }
  | { readonly reason: 'sahara-unexpected-packet'; readonly wanted: string; readonly got: string }
  | {
      readonly reason: 'sahara-read-out-of-bounds';
      readonly offsetBytes: number;
      readonly lengthBytes: number;
      readonly programmerBytes: number;
    }
  | { readonly reason: 'sahara-too-many-reads' }
  | { readonly reason: 'programmer-rejected'; readonly status: number; readonly meaning: string }
  | { readonly reason: 'sahara-error'; readonly status: number; readonly meaning: string };

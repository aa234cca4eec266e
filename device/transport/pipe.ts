/**
 * The port through which the updater talks to a modem: bulk transfers in and out, shaped like WebUSB so that the
 * same Sahara and Firehose code can run over USB, a tty, a TCP relay or in a browser. Every wait has a bound.
 */
import type { Result } from '../../shared/result.ts';

export type TransferFailure =
  | { readonly reason: 'transfer-timed-out'; readonly direction: 'in' | 'out'; readonly timeoutMs: number }
  | { readonly reason: 'modem-disconnected' }
  | { readonly reason: 'link-broken'; readonly why: string }
  | { readonly reason: 'interrupted' };

export type TransferOptions = { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined };

export type Pipe = {
  /** One IN transfer of at most `maxBytes`; a transfer of no bytes (ZLP) is an empty array, not an end. */
  readonly transferIn: (
    maxBytes: number,
    options: TransferOptions,
  ) => Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure>>;
  /** One OUT transfer. After a failure the modem may have taken any part of it. */
  readonly transferOut: (
    bytes: Uint8Array,
    options: TransferOptions,
  ) => Promise<Result<void, TransferFailure>>;
  readonly close: () => Promise<void>;
};

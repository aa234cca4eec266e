/**
 * A bulk pair between host and module for as long as the module stays on the bus.
 *
 * The module's side is single-threaded, as the boot ROM and the programmer are: while it has something to send it
 * does not listen, so a host's write waits until everything pending was read (edl 1c: "writes fail/time out while
 * logs are pending").
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { LinkFailure, WaitOptions, WriteOptions } from './link.ts';
import { WaitQueue } from './wait-queue.ts';

/** Largest packet of a high-speed bulk endpoint, in bytes: a shorter one ends a transfer. */
export const USB_PACKET_BYTES = 512;

/** What becomes of a transfer: it happens, or a fault takes it. */
export type TransferFate = 'happens' | 'lost';

export interface PipeOwner {
  /** The host sent a transfer; an empty one is a zero-length packet. */
  received(bytes: Uint8Array): void;
  /** Asked once for every transfer with content before it happens. May call `end` on the pipe. */
  fateOf(transfer: { readonly direction: 'in' | 'out'; readonly bytes: Uint8Array }): TransferFate;
  /** Everything pending was read. */
  drained(): void;
}

/** Sends made on the fly, so that reading back a whole chip needs no memory of its size. */
export type TransferSource = () => { readonly bytes: Uint8Array; readonly isLast: boolean };

/** A source of what a generator yields; it must yield something. */
export function sourceOf(transfers: Iterator<Uint8Array, void>): TransferSource {
  let next = transfers.next();
  return () => {
    if (next.done) throw new Error('a transfer source was read beyond its last transfer');
    const bytes = next.value;
    next = transfers.next();
    return { bytes, isLast: next.done === true };
  };
}

export class UsbPipe {
  readonly #owner: PipeOwner;
  readonly #pending: (Uint8Array | TransferSource)[] = [];
  readonly #readers = new WaitQueue<number, Uint8Array>();
  readonly #writers = new WaitQueue<{ bytes: Uint8Array; zeroPacket: boolean }, void>();
  #rest: Uint8Array | undefined;
  #isBusy = false;
  #isHandling = false;
  #isEnded = false;

  constructor(owner: PipeOwner) {
    this.#owner = owner;
  }

  get isDrained(): boolean {
    return this.#rest === undefined && this.#pending.length === 0;
  }

  send(message: Uint8Array | TransferSource): void {
    if (this.#isEnded) return;
    this.#pending.push(message);
    this.#serveReaders();
  }

  /** While the module is at work (an erase takes its time) it does not listen. */
  setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    this.#serveWriters();
  }

  /** Forgets what nobody read. */
  discardPending(): void {
    this.#pending.length = 0;
    this.#rest = undefined;
    this.#afterReading();
  }

  /** The module left the bus: all who wait, and all who come, are told that it is gone. */
  end(): void {
    this.#isEnded = true;
    this.#pending.length = 0;
    this.#rest = undefined;
    this.#readers.end();
    this.#writers.end();
  }

  read(maxBytes: number, options: WaitOptions): Promise<Result<Uint8Array, LinkFailure>> {
    const at = this.#readers.isEmpty ? this.#take(maxBytes) : undefined;
    if (at !== undefined) {
      this.#afterReading();
      return Promise.resolve(ok(at));
    }
    if (this.#isEnded) return Promise.resolve(err({ reason: 'gone' }));
    return this.#readers.wait(maxBytes, options);
  }

  write(bytes: Uint8Array, options: WriteOptions): Promise<Result<void, LinkFailure>> {
    const zeroPacket = options.zeroPacket ?? false;
    if (this.#isEnded) return Promise.resolve(err({ reason: 'gone' }));
    if (!this.#isListening || !this.#writers.isEmpty)
      return this.#writers.wait({ bytes, zeroPacket }, options);
    this.#accept(bytes, zeroPacket);
    return Promise.resolve(this.#isEnded ? err({ reason: 'gone' }) : ok());
  }

  /** Those who wait on this pipe are told that their link is closed; the module does not notice. */
  releaseWaiters(): void {
    this.#readers.end();
    this.#writers.end();
  }

  get #isListening(): boolean {
    return this.isDrained && !this.#isBusy && !this.#isHandling;
  }

  #accept(bytes: Uint8Array, zeroPacket: boolean): void {
    const fate = bytes.length === 0 ? 'happens' : this.#owner.fateOf({ direction: 'out', bytes });
    if (fate === 'lost') return;
    this.#isHandling = true;
    this.#owner.received(bytes);
    if (zeroPacket && bytes.length > 0 && bytes.length % USB_PACKET_BYTES === 0) {
      this.#owner.received(new Uint8Array(0));
    }
    this.#isHandling = false;
  }

  #take(maxBytes: number): Uint8Array | undefined {
    const whole = this.#rest ?? this.#nextTransfer();
    if (whole === undefined || this.#isEnded) return undefined;
    this.#rest = whole.length > maxBytes ? whole.subarray(maxBytes) : undefined;
    return whole.length > maxBytes ? whole.subarray(0, maxBytes) : whole;
  }

  #nextTransfer(): Uint8Array | undefined {
    const head = this.#pending[0];
    if (head === undefined) return undefined;
    const { bytes, isLast } = typeof head === 'function' ? head() : { bytes: head, isLast: true };
    if (isLast) this.#pending.shift();
    return this.#owner.fateOf({ direction: 'in', bytes }) === 'happens' ? bytes : undefined;
  }

  #serveReaders(): void {
    this.#readers.serve((maxBytes) => {
      const value = this.#take(maxBytes);
      return value === undefined ? undefined : { value };
    });
    this.#afterReading();
  }

  #afterReading(): void {
    if (this.#isEnded || !this.isDrained) return;
    this.#owner.drained();
    this.#serveWriters();
  }

  #serveWriters(): void {
    this.#writers.serve(({ bytes, zeroPacket }) => {
      if (this.#isEnded || !this.#isListening) return undefined;
      this.#accept(bytes, zeroPacket);
      return this.#isEnded ? undefined : { value: undefined };
    });
  }
}

/**
 * A bulk pair between host and module for as long as the module stays on the bus.
 *
 * The module's side is single-threaded, as the boot ROM and the programmer are: while it has something to send it
 * does not listen, so a host's write waits until everything pending was read (edl 1c: "writes fail/time out while
 * logs are pending").
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { LinkFailure, ReadOptions, WriteOptions } from './link.ts';
import { WaitQueue } from './wait-queue.ts';

/** Largest packet of a high-speed bulk endpoint, in bytes: a shorter one ends a transfer. Super speed has 1024. */
export const HIGH_SPEED_PACKET_BYTES = 512;

/** What becomes of a transfer: it happens, or a fault takes it. */
export type TransferFate = 'happens' | 'lost';

export interface PipeOwner {
  /** The host sent a transfer; an empty one is a zero-length packet. */
  received(bytes: Uint8Array): void;
  /** Asked once for every transfer with content before it happens. May call `end` on the pipe. */
  fateOf(transfer: { readonly direction: 'in' | 'out'; readonly bytes: Uint8Array }): TransferFate;
  /** Everything pending was read. */
  drained(): void;
  /** Does a message that fills its last packet end with a zero-length packet? */
  sendsZeroPackets(): boolean;
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

type ReadWish = { readonly maxBytes: number; readonly zeroPackets: 'joined' | 'apart' };
/** What is left of a message: its last bytes, and the zero-length packet after them. */
type Rest = { readonly bytes: Uint8Array; readonly hasZeroPacket: boolean };

export class UsbPipe {
  readonly #owner: PipeOwner;
  readonly #pending: (Uint8Array | TransferSource)[] = [];
  readonly #readers = new WaitQueue<ReadWish, Uint8Array>();
  readonly #writers = new WaitQueue<{ bytes: Uint8Array; zeroPacket: boolean }, void>();
  #rest: Rest | undefined;
  #packetBytes = HIGH_SPEED_PACKET_BYTES;
  #isBusy = false;
  #isHandling = false;
  #isEnded = false;

  constructor(owner: PipeOwner) {
    this.#owner = owner;
  }

  get isDrained(): boolean {
    return this.#rest === undefined && this.#pending.length === 0;
  }

  get packetBytes(): number {
    return this.#packetBytes;
  }

  /** The host enumerated the module with packets of this size. */
  setPacketBytes(packetBytes: number): void {
    this.#packetBytes = packetBytes;
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

  read(maxBytes: number, options: ReadOptions): Promise<Result<Uint8Array, LinkFailure>> {
    const wish: ReadWish = { maxBytes, zeroPackets: options.zeroPackets ?? 'joined' };
    const at = this.#readers.isEmpty ? this.#take(wish) : undefined;
    if (at !== undefined) {
      this.#afterReading();
      return Promise.resolve(ok(at));
    }
    if (this.#isEnded) return Promise.resolve(err({ reason: 'gone' }));
    return this.#readers.wait(wish, options);
  }

  write(bytes: Uint8Array, options: WriteOptions): Promise<Result<void, LinkFailure>> {
    const zeroPacket = options.zeroPacket ?? false;
    if (this.#isEnded) return Promise.resolve(err({ reason: 'gone' }));
    // A zero-length packet needs no buffer: it is taken even where nobody listens (qdl sends one a chunk).
    const needsListener = bytes.length > 0 && !this.#isListening;
    if (needsListener || this.#isHandling || !this.#writers.isEmpty)
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
    if (zeroPacket && bytes.length > 0 && bytes.length % this.#packetBytes === 0) {
      this.#owner.received(new Uint8Array(0));
    }
    this.#isHandling = false;
  }

  #take({ maxBytes, zeroPackets }: ReadWish): Uint8Array | undefined {
    const whole = this.#rest ?? this.#nextTransfer();
    if (whole === undefined || this.#isEnded) return undefined;
    const { bytes, hasZeroPacket } = whole;
    if (bytes.length > maxBytes) {
      this.#rest = { bytes: bytes.subarray(maxBytes), hasZeroPacket };
      return bytes.subarray(0, maxBytes);
    }
    const isZeroPacketLeft = hasZeroPacket && (bytes.length === maxBytes || zeroPackets === 'apart');
    this.#rest = isZeroPacketLeft ? { bytes: new Uint8Array(0), hasZeroPacket: false } : undefined;
    return bytes;
  }

  #nextTransfer(): Rest | undefined {
    const head = this.#pending[0];
    if (head === undefined) return undefined;
    const { bytes, isLast } = typeof head === 'function' ? head() : { bytes: head, isLast: true };
    if (isLast) this.#pending.shift();
    const fillsPackets = bytes.length > 0 && bytes.length % this.#packetBytes === 0;
    const hasZeroPacket = fillsPackets && this.#owner.sendsZeroPackets();
    return this.#owner.fateOf({ direction: 'in', bytes }) === 'happens'
      ? { bytes, hasZeroPacket }
      : undefined;
  }

  #serveReaders(): void {
    this.#readers.serve((wish) => {
      const value = this.#take(wish);
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
      if (this.#isEnded || (bytes.length > 0 && !this.#isListening)) return undefined;
      this.#accept(bytes, zeroPacket);
      return this.#isEnded ? undefined : { value: undefined };
    });
  }
}

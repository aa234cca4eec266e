/**
 * A pair of bulk endpoints as a pipe. What is hidden here are the limits of npm `usb`: one transfer per endpoint at
 * a time; one under way ends only by its own timeout, and takes what it had carried with it; lengths that are not
 * multiples of the packet lose bytes.
 *
 * So the pipe waits for the modem with transfers of one packet, which carry all or nothing, in slices. Only once so
 * many full packets have come in a row that they must be raw data does it ask for all that is wanted at once, and
 * then for as long as the caller waits.
 *
 * No zero-length packet is ever added to what is sent: Sahara knows none, command documents are never multiples of
 * a packet, and raw data is counted by the programmer (QFirehose sends none either with `-z 0`).
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../../clock.ts';
import { Inbox } from '../inbox.ts';
import type { Pipe, TransferFailure, TransferOptions } from '../pipe.ts';
import {
  FAULT_LOOK_INTERVAL_MS,
  FAULT_LOOKS_MAX,
  IN_SLICE_MS,
  IN_TRANSFER_MAX_BYTES,
  STREAMING_AFTER_BYTES,
  STREAMING_WAIT_MIN_MS,
} from './limits.ts';
import { kindOfUsbError, messageOf } from './usb-error.ts';
import type { UsbDevice } from './web-usb.ts';

export type BulkPair = {
  readonly inNumber: number;
  readonly outNumber: number;
  /** Of the IN endpoint: 512 at high speed, 1024 at super speed. */
  readonly packetBytes: number;
};

export type UsbPipePorts = {
  readonly device: UsbDevice;
  readonly pair: BulkPair;
  /** Whether the modem is still on the bus, asked after a fault. */
  readonly isPresent: () => Promise<boolean>;
  /** Releases the interface and gives it back to its kernel driver. */
  readonly giveBack: () => Promise<void>;
  readonly clock: Clock;
};

type Sent = Result<void, TransferFailure>;

export class UsbPipe implements Pipe {
  readonly #ports: UsbPipePorts;
  readonly #inbox = new Inbox();
  #listening: Promise<void> = Promise.resolve();
  #isListening = false;
  /** Set once the inbox has ended: nothing more can be heard. */
  #isDeaf = false;
  /** What every read meets after the one that timed out while raw data was under way. */
  #lost: TransferFailure | null = null;
  #wantedBytes = 0;
  #listenUntilMs = 0;
  /** Bytes of full packets since the last short one. */
  #fullBytes = 0;
  #sending: Promise<unknown> = Promise.resolve();
  #unusable: TransferFailure | null = null;
  #closing: Promise<void> | null = null;

  constructor(ports: UsbPipePorts) {
    this.#ports = ports;
  }

  async transferIn(
    maxBytes: number,
    options: TransferOptions,
  ): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure>> {
    if (this.#lost !== null) this.#hearNoMore(this.#lost);
    this.#wantedBytes = maxBytes;
    const mustWait = this.#inbox.sizeBytes === 0 && !options.signal?.aborted && !this.#isDeaf;
    this.#listenUntilMs = mustWait ? this.#ports.clock.nowMs() + options.timeoutMs : 0;
    if (mustWait && !this.#isListening) this.#listening = this.#listen();
    const read = await this.#inbox.read(maxBytes, options);
    this.#listenUntilMs = 0;
    // What was under way ends at the same moment; the next read must know whether it lost something.
    if (!read.ok && read.failure.reason === 'transfer-timed-out') await this.#listening;
    return read;
  }

  async transferOut(bytes: Uint8Array, { timeoutMs, signal }: TransferOptions): Promise<Sent> {
    if (signal?.aborted) return err({ reason: 'interrupted' });
    const sending = this.#sending.then(() => this.#send(bytes, timeoutMs));
    this.#sending = sending;
    return signal === undefined ? sending : untilAborted(sending, signal);
  }

  /**
   * Waits for what is under way, which only its own timeout ends: a slice; the wait of who reads raw data; that of who
   * writes, where the modem takes nothing.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#listenUntilMs = 0;
    this.#unusable ??= { reason: 'link-broken', why: 'the pipe was closed' };
    this.#hearNoMore(this.#unusable);
    await this.#listening;
    await this.#sending;
    await this.#ports.giveBack();
  }

  /** Goes on until something came, or nobody waits any more. What comes after that is kept for the next read. */
  async #listen(): Promise<void> {
    this.#isListening = true;
    while (this.#ports.clock.nowMs() < this.#listenUntilMs) {
      const heard = await this.#transferInOnce();
      if (heard === 'nothing') continue;
      if (heard === 'lost') break;
      if (heard.ok) this.#inbox.push(heard.value);
      else this.#hearNoMore(heard.failure);
      break;
    }
    this.#isListening = false;
  }

  #hearNoMore(failure: TransferFailure): void {
    this.#isDeaf = true;
    this.#inbox.end(failure);
  }

  async #transferInOnce(): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure> | 'nothing' | 'lost'> {
    const { device, pair, clock } = this.#ports;
    const { packetBytes, inNumber } = pair;
    const leftMs = Math.max(1, Math.ceil(this.#listenUntilMs - clock.nowMs()));
    const isStreaming = this.#fullBytes >= STREAMING_AFTER_BYTES && leftMs >= STREAMING_WAIT_MIN_MS;
    const wanted = isStreaming ? Math.min(this.#wantedBytes, IN_TRANSFER_MAX_BYTES) : 1;
    const length = Math.ceil(wanted / packetBytes) * packetBytes;
    const timeoutMs = length === packetBytes ? Math.min(leftMs, IN_SLICE_MS) : leftMs;
    try {
      const { data } = await device.transferIn(inNumber, length, timeoutMs);
      const bytes = copyOf(data);
      this.#fullBytes = bytes.length % packetBytes === 0 ? this.#fullBytes + bytes.length : 0;
      return ok(bytes);
    } catch (error) {
      if (kindOfUsbError(error) !== 'cancelled') return err(await this.#failureOf(error, 'in'));
      // One packet is all or nothing; of a larger transfer a part may be gone.
      if (length === packetBytes) return 'nothing';
      this.#lost = { reason: 'link-broken', why: `raw data stopped in the middle for ${timeoutMs} ms` };
      return 'lost';
    }
  }

  async #send(bytes: Uint8Array, timeoutMs: number): Promise<Sent> {
    if (this.#unusable !== null) return err(this.#unusable);
    const { device, pair } = this.#ports;
    try {
      const { bytesWritten } = await device.transferOut(pair.outNumber, bytes, Math.max(1, timeoutMs));
      if (bytesWritten === bytes.length) return ok();
      return this.#giveUp({
        reason: 'link-broken',
        why: `the modem took ${bytesWritten} of ${bytes.length} bytes of a transfer`,
      });
    } catch (error) {
      if (kindOfUsbError(error) !== 'cancelled') return this.#giveUp(await this.#failureOf(error, 'out'));
      // How much of it arrived is not told, so whatever is sent next would be read as its continuation.
      this.#giveUp({
        reason: 'link-broken',
        why: 'an earlier transfer was not taken in time, and how much of it arrived is not known',
      });
      return err({ reason: 'transfer-timed-out', direction: 'out', timeoutMs });
    }
  }

  /** Nothing more is sent; what the modem still says can be read. */
  #giveUp(failure: TransferFailure): Sent {
    this.#unusable ??= failure;
    return err(failure);
  }

  async #failureOf(error: unknown, direction: 'in' | 'out'): Promise<TransferFailure> {
    const { device, pair, isPresent, clock } = this.#ports;
    switch (kindOfUsbError(error)) {
      case 'disconnected':
        return { reason: 'modem-disconnected' };
      case 'stalled':
        // Left stalled, the endpoint would refuse whoever opens it next.
        await device
          .clearHalt(direction, direction === 'in' ? pair.inNumber : pair.outNumber)
          .catch(() => {});
        return { reason: 'link-broken', why: 'the modem stalled its endpoint' };
      case 'fault':
        for (let looks = 0; looks < FAULT_LOOKS_MAX; looks++) {
          if (!(await isPresent())) return { reason: 'modem-disconnected' };
          await clock.sleep(FAULT_LOOK_INTERVAL_MS);
        }
        return { reason: 'link-broken', why: 'a transfer was damaged on the bus; check the cable' };
      default:
        return { reason: 'link-broken', why: messageOf(error) };
    }
  }
}

function copyOf(data: DataView | undefined): Uint8Array<ArrayBuffer> {
  if (data === undefined) return new Uint8Array();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength) as Uint8Array<ArrayBuffer>;
}

/** The transfer goes on without its caller; the next one waits for it. */
function untilAborted(sending: Promise<Sent>, signal: AbortSignal): Promise<Sent> {
  return new Promise((resolve) => {
    const interrupt = () => resolve(err({ reason: 'interrupted' }));
    signal.addEventListener('abort', interrupt, { once: true });
    sending.then((sent) => {
      signal.removeEventListener('abort', interrupt);
      resolve(sent);
    });
  });
}

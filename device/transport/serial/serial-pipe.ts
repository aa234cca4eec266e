/**
 * A tty as a pipe. A tty is a stream: where one transfer ends and the next begins is not told, so those who read it
 * must know (Firehose frames at `</data>`, AT at its lines, DIAG at its flags; for Sahara `cut` does it).
 */
import { err, ok, type Result } from '../../../shared/result.ts';
import type { DoorFailure } from '../door.ts';
import { Inbox } from '../inbox.ts';
import { INBOX_MAX_BYTES } from '../limits.ts';
import type { Pipe, TransferFailure, TransferOptions } from '../pipe.ts';
import { PRESENCE_CHECK_MS } from './limits.ts';
import type { OpenedTty, OpenTty, Tty } from './open-tty.ts';

/** Cuts what was read at once into what was sent as one. */
export type Cut = (bytes: Uint8Array<ArrayBuffer>) => readonly Uint8Array<ArrayBuffer>[];

export async function openSerialPipe(
  path: string,
  openTty: OpenTty,
  cut: Cut = (bytes) => [bytes],
): Promise<Result<Pipe, DoorFailure>> {
  const opened = await openTty(path);
  return opened.ok ? ok(new SerialPipe(opened.value, cut)) : opened;
}

const GONE = { reason: 'modem-disconnected' } as const;

class SerialPipe implements Pipe {
  readonly #tty: Tty;
  readonly #inbox = new Inbox();
  readonly #settleWrites = new Set<() => void>();
  readonly #presence: NodeJS.Timeout;
  #unusable: TransferFailure | null = null;

  constructor({ tty, isPresent }: OpenedTty, cut: Cut) {
    this.#tty = tty;
    this.#presence = setInterval(async () => {
      if (await isPresent()) return;
      this.#end(GONE);
      // Ends serialport's reading too.
      if (tty.isOpen) tty.close(() => {});
    }, PRESENCE_CHECK_MS).unref();
    tty.on('data', (bytes: Buffer) => {
      for (const part of cut(new Uint8Array(bytes))) this.#inbox.push(part);
      if (this.#inbox.sizeBytes > INBOX_MAX_BYTES) tty.pause();
    });
    // An unplugged modem shows as an error, as a close, or as both.
    tty.on('error', () => this.#end(GONE));
    tty.on('close', () => this.#end(GONE));
  }

  async transferIn(
    maxBytes: number,
    options: TransferOptions,
  ): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure>> {
    const read = await this.#inbox.read(maxBytes, options);
    if (this.#tty.isOpen && this.#tty.isPaused() && this.#inbox.sizeBytes < INBOX_MAX_BYTES / 2)
      this.#tty.resume();
    return read;
  }

  transferOut(
    bytes: Uint8Array,
    { timeoutMs, signal }: TransferOptions,
  ): Promise<Result<void, TransferFailure>> {
    if (signal?.aborted) return Promise.resolve(err({ reason: 'interrupted' }));
    if (this.#unusable !== null) return Promise.resolve(err(this.#unusable));
    // serialport would keep a write to a closed port until it is opened again.
    if (!this.#tty.isOpen) return Promise.resolve(err(GONE));
    return new Promise((resolve) => {
      const settle = (result: Result<void, TransferFailure>) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', interrupt);
        this.#settleWrites.delete(leave);
        resolve(result);
      };
      const leave = () => settle(err(GONE));
      const interrupt = () => settle(err({ reason: 'interrupted' }));
      const timer = setTimeout(() => {
        // The rest still waits in the stream, so nothing may be sent behind it.
        this.#unusable ??= {
          reason: 'link-broken',
          why: 'an earlier transfer was not taken in time, and how much of it arrived is not known',
        };
        settle(err({ reason: 'transfer-timed-out', direction: 'out', timeoutMs }));
      }, timeoutMs);
      signal?.addEventListener('abort', interrupt, { once: true });
      this.#settleWrites.add(leave);
      this.#tty.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), (error) =>
        settle(error ? err(GONE) : ok()),
      );
    });
  }

  async close(): Promise<void> {
    this.#end({ reason: 'link-broken', why: 'the pipe was closed' });
    if (!this.#tty.isOpen) return;
    await new Promise<void>((resolve) => {
      this.#tty.close(() => resolve());
    });
  }

  #end(failure: TransferFailure): void {
    clearInterval(this.#presence);
    this.#unusable ??= failure;
    this.#inbox.end(failure);
    for (const settle of this.#settleWrites) settle();
  }
}

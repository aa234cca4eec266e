/**
 * Transfers that have arrived and wait to be read, one reader at a time. Turns events of a socket into bounded
 * reads with a timeout.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { TransferFailure, TransferOptions } from './pipe.ts';

type Read = Result<Uint8Array<ArrayBuffer>, TransferFailure>;

export class Inbox {
  #transfers: Uint8Array<ArrayBuffer>[] = [];
  #ended: TransferFailure | null = null;
  #waiting: (() => void) | null = null;
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  push(transfer: Uint8Array<ArrayBuffer>): void {
    this.#transfers.push(transfer);
    this.#sizeBytes += transfer.length;
    this.#wake();
  }

  /** No more transfers will come; what has arrived can still be read. */
  end(failure: TransferFailure): void {
    this.#ended ??= failure;
    this.#wake();
  }

  /** The next transfer, or as much of it as fits; the rest stays first in line. */
  read(maxBytes: number, { timeoutMs, signal }: TransferOptions): Promise<Read> {
    if (this.#waiting !== null) throw new Error('two reads at a time on one pipe');
    if (signal?.aborted) return Promise.resolve(err({ reason: 'interrupted' }));
    if (this.#transfers.length > 0) return Promise.resolve(ok(this.#take(maxBytes)));
    if (this.#ended !== null) return Promise.resolve(err(this.#ended));
    return new Promise((resolve) => {
      const settle = (read: Read) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', interrupt);
        this.#waiting = null;
        resolve(read);
      };
      const interrupt = () => settle(err({ reason: 'interrupted' }));
      const timer = setTimeout(
        () => settle(err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs })),
        timeoutMs,
      );
      signal?.addEventListener('abort', interrupt, { once: true });
      this.#waiting = () =>
        settle(
          this.#transfers.length > 0
            ? ok(this.#take(maxBytes))
            : err(this.#ended ?? { reason: 'modem-disconnected' }),
        );
    });
  }

  #wake(): void {
    this.#waiting?.();
  }

  #take(maxBytes: number): Uint8Array<ArrayBuffer> {
    const first = this.#transfers[0] ?? new Uint8Array();
    const part = first.subarray(0, maxBytes);
    if (part.length === first.length) this.#transfers.shift();
    else this.#transfers[0] = first.subarray(maxBytes);
    this.#sizeBytes -= part.length;
    return part;
  }
}

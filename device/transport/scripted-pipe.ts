/**
 * A pipe for tests whose other end is a script: transfers that wait to be read, and an answer to each one written.
 * It never waits: what is not there has timed out, or the modem is gone.
 */
import { concatBytes, utf8 } from '../../shared/bytes.ts';
import { err, ok } from '../../shared/result.ts';
import type { Pipe, TransferFailure } from './pipe.ts';

export type Transfer = string | Uint8Array;

export type Script = {
  /** Waits to be read from the beginning. */
  readonly hears?: readonly Transfer[];
  /** What the n-th OUT transfer is answered with. */
  readonly answers?: (sent: Uint8Array, n: number) => readonly Transfer[];
  /** What a read meets when nothing is left; a timeout where nothing is said. */
  readonly ends?: TransferFailure;
  /** What every OUT transfer from the n-th on meets. */
  readonly takesUntil?: number;
};

export type ScriptedPipe = Pipe & {
  readonly sent: readonly Uint8Array[];
  /** All that was sent, as text. */
  readonly sentText: () => string;
  readonly unread: () => number;
  readonly isClosed: () => boolean;
};

export function scriptedPipe({ hears = [], answers = () => [], ends, takesUntil }: Script): ScriptedPipe {
  const queue = hears.map(bytesOf);
  const sent: Uint8Array[] = [];
  let closed = false;
  return {
    sent,
    sentText: () => new TextDecoder('latin1').decode(concatBytes(sent)),
    unread: () => queue.length,
    isClosed: () => closed,
    transferIn: async (maxBytes, { timeoutMs, signal }) => {
      if (signal?.aborted) return err({ reason: 'interrupted' });
      const first = queue.shift();
      if (first === undefined)
        return err(ends ?? { reason: 'transfer-timed-out', direction: 'in', timeoutMs });
      if (first.length > maxBytes) queue.unshift(first.slice(maxBytes));
      return ok(first.slice(0, maxBytes));
    },
    transferOut: async (bytes, { signal }) => {
      if (signal?.aborted) return err({ reason: 'interrupted' });
      if (takesUntil !== undefined && sent.length >= takesUntil) return err({ reason: 'modem-disconnected' });
      sent.push(Uint8Array.from(bytes));
      queue.push(...answers(bytes, sent.length - 1).map(bytesOf));
      return ok();
    },
    close: async () => {
      closed = true;
    },
  };
}

function bytesOf(transfer: Transfer): Uint8Array<ArrayBuffer> {
  return typeof transfer === 'string' ? utf8(transfer) : Uint8Array.from(transfer);
}

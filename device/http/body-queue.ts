/**
 * The pieces of one body between the connection, which pushes, and its reader, who pulls.
 *
 * Not a Node stream: destroying one drops what it had buffered, and a download that is resumed would pay for
 * those bytes twice. Here a failure comes after every byte that arrived before it.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { HttpFailure } from './http.ts';

export type BodyQueue = {
  readonly push: (piece: Uint8Array) => void;
  /** No more pieces: the end of the body, or why it did not come. */
  readonly end: (failure: HttpFailure | null) => void;
  readonly backlogBytes: () => number;
  readonly pieces: () => AsyncIterable<Result<Uint8Array, HttpFailure>>;
};

export type BodyReader = {
  /** Called after each piece that was taken. */
  readonly onTaken: () => void;
  /** Called once when the reader leaves, finished or not. */
  readonly onLeft: () => void;
};

export function bodyQueue(reader: BodyReader): BodyQueue {
  const waiting: Uint8Array[] = [];
  let backlogBytes = 0;
  let ended: { readonly failure: HttpFailure | null } | undefined;
  let wake: (() => void) | undefined;

  const notify = () => {
    wake?.();
    wake = undefined;
  };

  async function* pieces(): AsyncGenerator<Result<Uint8Array, HttpFailure>> {
    try {
      for (;;) {
        const piece = waiting.shift();
        if (piece !== undefined) {
          backlogBytes -= piece.length;
          reader.onTaken();
          yield ok(piece);
          continue;
        }
        if (ended !== undefined) {
          if (ended.failure !== null) yield err(ended.failure);
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      reader.onLeft();
    }
  }

  return {
    push: (piece) => {
      if (ended !== undefined) return;
      waiting.push(piece);
      backlogBytes += piece.length;
      notify();
    },
    end: (failure) => {
      ended ??= { failure };
      notify();
    },
    backlogBytes: () => backlogBytes,
    pieces,
  };
}

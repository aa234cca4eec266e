/** Bytes that arrive when they are due, in the order they were sent; at once where they are due already. */

export type LateBytes = {
  readonly push: (bytes: Uint8Array, dueAtMs: number) => void;
  /** Calls back when everything that was pushed has been delivered. */
  readonly afterwards: (then: () => void) => void;
  readonly waitingBytes: () => number;
  /** Delivers nothing any more. */
  readonly forget: () => void;
};

export function lateBytes(deliver: (bytes: Uint8Array) => void): LateBytes {
  const waiting: { readonly bytes: Uint8Array; readonly dueAtMs: number }[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let then: (() => void) | undefined;

  const deliverDue = () => {
    timer = undefined;
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const leftMs = next.dueAtMs - performance.now();
      if (leftMs > 0) {
        timer = setTimeout(deliverDue, Math.ceil(leftMs));
        return;
      }
      waiting.shift();
      waitingBytes -= next.bytes.length;
      deliver(next.bytes);
    }
    then?.();
  };
  return {
    push: (bytes, dueAtMs) => {
      waiting.push({ bytes, dueAtMs });
      waitingBytes += bytes.length;
      if (timer === undefined) deliverDue();
    },
    afterwards: (next) => {
      then = next;
      if (timer === undefined) deliverDue();
    },
    waitingBytes: () => waitingBytes,
    forget: () => {
      clearTimeout(timer);
      timer = undefined;
      waiting.length = 0;
      waitingBytes = 0;
      then = undefined;
    },
  };
}

/** Waiting with an end: parties that wait for the same thing, each with its timeout and its abort signal. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { LinkFailure, WaitOptions } from './link.ts';

type Waiter<W, T> = { readonly wish: W; settle(result: Result<T, LinkFailure>): void };

export class WaitQueue<W, T> {
  #waiters: Waiter<W, T>[] = [];

  get isEmpty(): boolean {
    return this.#waiters.length === 0;
  }

  /** Resolves when `serve` reaches this waiter, the time is over, the signal aborts or the queue is ended. */
  wait(wish: W, { timeoutMs, signal }: WaitOptions): Promise<Result<T, LinkFailure>> {
    if (signal?.aborted) return Promise.resolve(err({ reason: 'aborted' }));
    return new Promise((resolve) => {
      const onAbort = (): void => waiter.settle(err({ reason: 'aborted' }));
      const timer = setTimeout(() => waiter.settle(err({ reason: 'timeout' })), timeoutMs);
      const waiter: Waiter<W, T> = {
        wish,
        settle: (result) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          this.#waiters = this.#waiters.filter((other) => other !== waiter);
          resolve(result);
        },
      };
      signal?.addEventListener('abort', onAbort);
      this.#waiters.push(waiter);
    });
  }

  /** Offers each waiter, the longest waiting first, what `answer` makes of its wish; stops at `undefined`. */
  serve(answer: (wish: W) => { readonly value: T } | undefined): void {
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      const answered = answer(first.wish);
      // Answering can end the queue (a fault takes the modem off the bus): nobody is left to serve then.
      if (answered === undefined || this.#waiters[0] !== first) return;
      first.settle(ok(answered.value));
    }
  }

  /** Nobody waits any longer: the other side is gone. */
  end(): void {
    for (const waiter of [...this.#waiters]) waiter.settle(err({ reason: 'gone' }));
  }
}

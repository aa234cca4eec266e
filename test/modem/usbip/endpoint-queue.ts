/**
 * The URBs of one endpoint in one direction: carried out one by one in the order they came, taken back by UNLINK.
 * Every direction has its own queue, so that an OUT never waits for an IN (a host may queue both).
 */
import type { UrbSubmit } from './layout.ts';

export type QueuedUrb = UrbSubmit & { readonly bytes: Uint8Array };

/** What became of a URB: `bytes` only of an IN. */
export type CarriedUrb = {
  readonly status: number;
  readonly actualBytes: number;
  readonly bytes?: Uint8Array;
};

/** Carries one URB out; `undefined` when the signal took it back, or the modem left the bus. */
export type CarryUrb = (urb: QueuedUrb, signal: AbortSignal) => Promise<CarriedUrb | undefined>;

export type UrbReplies = {
  submitted(urb: QueuedUrb, carried: CarriedUrb): void;
  /** `urb`: it was still queued, and has no other answer. */
  unlinked(sequence: number, urb: QueuedUrb | undefined): void;
};

type Entry = { readonly urb: QueuedUrb; readonly abort: AbortController; unlinkedBy: number | undefined };

export class EndpointQueue {
  readonly #carry: CarryUrb;
  readonly #replies: UrbReplies;
  #entries: Entry[] = [];

  constructor(carry: CarryUrb, replies: UrbReplies) {
    this.#carry = carry;
    this.#replies = replies;
  }

  submit(urb: QueuedUrb): void {
    this.#entries.push({ urb, abort: new AbortController(), unlinkedBy: undefined });
    if (this.#entries.length === 1) void this.#run();
  }

  /** Is `target` here? Then the answer to the UNLINK with this sequence is on its way. */
  unlink(target: number, sequence: number): boolean {
    const entry = this.#entries.find(({ urb }) => urb.sequence === target);
    if (entry === undefined) return false;
    if (entry === this.#entries[0]) {
      // What it carries may be done already and not yet told: the runner knows.
      entry.unlinkedBy = sequence;
      entry.abort.abort();
      return true;
    }
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#replies.unlinked(sequence, entry.urb);
    return true;
  }

  /** The host is gone: nothing is carried out any more. */
  end(): void {
    for (const { abort } of this.#entries) abort.abort();
    this.#entries = [];
  }

  async #run(): Promise<void> {
    for (let head = this.#entries[0]; head !== undefined; head = this.#entries[0]) {
      const carried = await this.#carry(head.urb, head.abort.signal);
      if (this.#entries[0] !== head) return;
      this.#entries.shift();
      if (carried !== undefined) this.#replies.submitted(head.urb, carried);
      if (head.unlinkedBy !== undefined)
        this.#replies.unlinked(head.unlinkedBy, carried === undefined ? head.urb : undefined);
      else if (carried === undefined) return;
    }
  }
}

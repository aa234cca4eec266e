/**
 * The stream between host and programmer: documents and raw bytes share it. Documents may come several in one
 * read or cut across reads, so they are framed here, at `</data>`, before any of them is parsed. However a modem
 * cuts and spaces what it says, every wait ends and what is held stays bounded.
 */
import { concatBytes } from '../../shared/bytes.ts';
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe, TransferFailure } from '../transport/pipe.ts';
import { commandDocument, type FirehoseDocument, type FirehoseResponse, parseDocument } from './document.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import {
  DOCUMENT_HELD_UP_MS,
  DOCUMENT_MAX_BYTES,
  DOCUMENTS_PER_REPLY_MAX,
  DRAIN_MAX_MS,
  EMPTY_TRANSFERS_MAX,
  type FirehoseTimings,
  HELD_UP_LISTEN_MS,
  HELD_UP_LISTENS_MAX,
  LOGS_KEPT_MAX,
  RAW_HELD_UP_SHARE,
  READ_TRANSFER_BYTES,
  REPLY_PROLONGED_MAX,
} from './limits.ts';

export type Reply = { readonly response: FirehoseResponse; readonly logs: readonly string[] };

/** One wait: `timeoutMs` for whatever comes next, and `untilMs` of the link's clock for all of it. */
export type Wait = {
  readonly timeoutMs: number;
  readonly untilMs?: number;
  readonly signal?: AbortSignal | undefined;
};

export type FirehoseLinkOptions = {
  /** What was read before it was known that a programmer talks. */
  readonly heard?: Uint8Array<ArrayBuffer>;
  /** Hears every log, also those that no failure carries. */
  readonly onLog?: (log: string) => void;
  /** Any clock that never goes back. */
  readonly nowMs?: () => number;
};

const END = new TextEncoder().encode('</data>');
const RESPONSE = new TextEncoder().encode('<response');

export class FirehoseLink {
  readonly timings: FirehoseTimings;
  readonly nowMs: () => number;
  readonly #pipe: Pipe;
  readonly #onLog: (log: string) => void;
  #unread: Uint8Array<ArrayBuffer>;

  constructor(pipe: Pipe, timings: FirehoseTimings, options: FirehoseLinkOptions = {}) {
    this.#pipe = pipe;
    this.timings = timings;
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.#onLog = options.onLog ?? (() => {});
    this.#unread = options.heard ?? new Uint8Array();
  }

  /** Sends one command and waits for its response, ACK or NAK, with the logs that came before it. */
  async command(tag: string, attributes: Attributes, wait: Wait): Promise<Result<Reply, FirehoseFailure>> {
    const { quietMs, writeMs } = this.timings;
    const { signal } = wait;
    // Logs may follow a response, and writes fail while they are pending (edl 1c).
    const quiet = await this.drainLogs({ firstMs: quietMs, quietMs }, signal);
    if (!quiet.ok) return quiet;
    const document = commandDocument(tag, attributes);
    const writing = this.#pipe.transferOut(document, { timeoutMs: writeMs, signal });
    const sent = await this.#listenWhile(writing, DOCUMENT_HELD_UP_MS, signal);
    if (!sent.ok) return sent;
    return this.awaitReply(tag, wait);
  }

  /** The end of `writing`, which is raw data in payloads; logs that hold it up are read meanwhile. */
  whileWritingRaw<T>(writing: Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#listenWhile(writing, this.timings.writeMs * RAW_HELD_UP_SHARE, signal);
  }

  /** Whether a response was heard that nobody has waited for yet: raw data is wanted no more. */
  get hasResponded(): boolean {
    return this.#unread.length > 0 && indexOf(this.#unread, RESPONSE, 0) !== -1;
  }

  /**
   * The end of `writing`. Where it takes longer than `heldUpMs`, a log has come later than the drain waited for it, and
   * nothing is taken before that was read (edl 1c): so it is, and is kept for who reads next.
   */
  async #listenWhile<T>(writing: Promise<T>, heldUpMs: number, signal?: AbortSignal): Promise<T> {
    let isWritten = false;
    const written = writing.finally(() => {
      isWritten = true;
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heldUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, heldUpMs);
    });
    await Promise.race([written, heldUp]);
    clearTimeout(timer);
    for (let listens = 0; !isWritten && listens < HELD_UP_LISTENS_MAX; listens++) {
      const read = await this.#readSomething(READ_TRANSFER_BYTES, { timeoutMs: HELD_UP_LISTEN_MS, signal });
      if (read.ok) this.#unread = concatBytes([this.#unread, read.value]);
      else if (read.failure.reason !== 'transfer-timed-out') break;
      if (this.#unread.length > DOCUMENT_MAX_BYTES) break;
    }
    return written;
  }

  /** Logs show that the modem is at work and prolong the wait, REPLY_PROLONGED_MAX times at most. */
  async awaitReply(command: string, { timeoutMs, signal }: Wait): Promise<Result<Reply, FirehoseFailure>> {
    const logs: string[] = [];
    const untilMs = this.nowMs() + timeoutMs * REPLY_PROLONGED_MAX;
    for (let documents = 0; documents < DOCUMENTS_PER_REPLY_MAX && this.nowMs() < untilMs; documents++) {
      const document = await this.#readDocument({ timeoutMs, untilMs, signal });
      if (!document.ok) {
        return document.failure.reason === 'transfer-timed-out'
          ? err({ reason: 'firehose-silent', command, timeoutMs })
          : document;
      }
      this.#keep(logs, document.value.logs);
      if (document.value.response !== null) {
        const { response } = document.value;
        if (!response.acknowledged) this.#keep(logs, await this.#logsAfterRefusal(signal));
        return ok({ response, logs });
      }
    }
    return err({ reason: 'firehose-too-talkative', command });
  }

  /**
   * Reads logs until the modem has been silent for `quietMs`; the first may take `firstMs`. Responses are read past,
   * and so is what cannot be read: nobody waits for an answer.
   */
  async drainLogs(
    { firstMs, quietMs }: { readonly firstMs: number; readonly quietMs: number },
    signal?: AbortSignal,
  ): Promise<Result<readonly string[], FirehoseFailure>> {
    const logs: string[] = [];
    const untilMs = this.nowMs() + firstMs + DRAIN_MAX_MS;
    for (let documents = 0; documents < DOCUMENTS_PER_REPLY_MAX && this.nowMs() < untilMs; documents++) {
      const timeoutMs = documents === 0 ? firstMs : quietMs;
      const document = await this.#readDocument({ timeoutMs, untilMs, signal });
      if (document.ok) this.#keep(logs, document.value.logs);
      else if (document.failure.reason === 'transfer-timed-out') return ok(logs);
      else if (document.failure.reason === 'firehose-document-invalid')
        this.#keep(logs, [document.failure.why]);
      else return document;
    }
    return err({ reason: 'firehose-too-talkative', command: 'drain' });
  }

  /** The logs behind a response that holds nothing of what was asked for: what they say may take its time (edl 1c). */
  logsBehind(signal?: AbortSignal): Promise<Result<readonly string[], FirehoseFailure>> {
    const { startQuietMs, quietMs } = this.timings;
    return this.drainLogs({ firstMs: startQuietMs, quietMs }, signal);
  }

  /** Why it was refused is often said only after the NAK. */
  async #logsAfterRefusal(signal?: AbortSignal): Promise<readonly string[]> {
    const { quietMs } = this.timings;
    const logs = await this.drainLogs({ firstMs: quietMs, quietMs }, signal);
    return logs.ok ? logs.value : [];
  }

  #keep(logs: string[], more: readonly string[]): void {
    logs.push(...more);
    if (logs.length > LOGS_KEPT_MAX) logs.splice(0, logs.length - LOGS_KEPT_MAX);
  }

  writeRaw(bytes: Uint8Array, signal?: AbortSignal): Promise<Result<void, TransferFailure>> {
    return this.#pipe.transferOut(bytes, { timeoutMs: this.timings.writeMs, signal });
  }

  /** Raw bytes of a `<read>`, at least one and at most `maxBytes`; what framing had read too far comes first. */
  async readRaw(maxBytes: number, wait: Wait): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure>> {
    if (this.#unread.length > 0) {
      const part = this.#unread.subarray(0, maxBytes);
      this.#unread = this.#unread.subarray(part.length);
      return ok(part);
    }
    return this.#readSomething(maxBytes, wait);
  }

  /** The next transfer that has bytes: one of none is not an end (edl 1c), and many of them are silence. */
  async #readSomething(
    maxBytes: number,
    { timeoutMs, untilMs = Number.POSITIVE_INFINITY, signal }: Wait,
  ): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure>> {
    for (let empty = 0; empty <= EMPTY_TRANSFERS_MAX; empty++) {
      const leftMs = Math.min(timeoutMs, Math.ceil(untilMs - this.nowMs()));
      if (leftMs <= 0) break;
      const read = await this.#pipe.transferIn(maxBytes, { timeoutMs: leftMs, signal });
      if (!read.ok || read.value.length > 0) return read;
    }
    return err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs });
  }

  async #readDocument(wait: Wait): Promise<Result<FirehoseDocument, FirehoseFailure>> {
    let searched = 0;
    // Bounded by DOCUMENT_MAX_BYTES: every turn adds a byte at least.
    for (;;) {
      const end = indexOf(this.#unread, END, searched);
      if (end !== -1) {
        const xml = new TextDecoder('latin1').decode(this.#unread.subarray(0, end + END.length));
        this.#unread = this.#unread.subarray(end + END.length);
        const document = parseDocument(xml);
        if (document.ok) for (const log of document.value.logs) this.#onLog(log);
        return document;
      }
      const { length } = this.#unread;
      if (length > DOCUMENT_MAX_BYTES) {
        this.#unread = new Uint8Array();
        return err({ reason: 'firehose-document-invalid', why: `no </data> in ${length} bytes` });
      }
      searched = Math.max(0, length - END.length);
      const read = await this.#readSomething(READ_TRANSFER_BYTES, wait);
      if (!read.ok) return read;
      this.#unread = concatBytes([this.#unread, read.value]);
    }
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(wanted[0] ?? 0, from); at !== -1; at = bytes.indexOf(wanted[0] ?? 0, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

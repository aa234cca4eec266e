/**
 * The stream between host and programmer: documents and raw bytes share it. Documents may come several in one
 * read or cut across reads, so they are framed here, at `</data>`, before any of them is parsed.
 */
import { concatBytes } from '../../shared/bytes.ts';
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe, TransferFailure, TransferOptions } from '../transport/pipe.ts';
import { commandDocument, type FirehoseDocument, type FirehoseResponse, parseDocument } from './document.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import {
  DOCUMENT_MAX_BYTES,
  DOCUMENTS_PER_REPLY_MAX,
  EMPTY_TRANSFERS_MAX,
  type FirehoseTimings,
  LOGS_KEPT_MAX,
  READ_TRANSFER_BYTES,
} from './limits.ts';

export type Reply = { readonly response: FirehoseResponse; readonly logs: readonly string[] };

const END = new TextEncoder().encode('</data>');

export class FirehoseLink {
  readonly timings: FirehoseTimings;
  readonly #pipe: Pipe;
  #unread: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(pipe: Pipe, timings: FirehoseTimings) {
    this.#pipe = pipe;
    this.timings = timings;
  }

  /** Sends one command and waits for its response, ACK or NAK, with the logs that came before it. */
  async command(
    tag: string,
    attributes: Attributes,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Result<Reply, FirehoseFailure>> {
    // Logs may follow a response, and writes fail while they are pending (edl 1c).
    const quiet = await this.drainLogs(
      { firstMs: this.timings.quietMs, quietMs: this.timings.quietMs },
      signal,
    );
    if (!quiet.ok) return quiet;
    const sent = await this.#pipe.transferOut(commandDocument(tag, attributes), {
      timeoutMs: this.timings.writeMs,
      signal,
    });
    if (!sent.ok) return sent;
    return this.awaitReply(tag, { timeoutMs, signal });
  }

  async awaitReply(
    command: string,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Result<Reply, FirehoseFailure>> {
    const logs: string[] = [];
    for (let documents = 0; documents < DOCUMENTS_PER_REPLY_MAX; documents++) {
      const document = await this.#readDocument(timeoutMs, signal);
      if (!document.ok) {
        return document.failure.reason === 'transfer-timed-out'
          ? err({ reason: 'firehose-silent', command, timeoutMs })
          : document;
      }
      logs.push(...document.value.logs);
      if (document.value.response !== null) {
        const { response } = document.value;
        if (!response.acknowledged) logs.push(...(await this.#logsAfterRefusal(signal)));
        return ok({ response, logs: logs.slice(-LOGS_KEPT_MAX) });
      }
    }
    return err({ reason: 'firehose-too-talkative', command });
  }

  /** Reads logs until the modem has been silent for `quietMs`; the first may take `firstMs`. */
  async drainLogs(
    { firstMs, quietMs }: { readonly firstMs: number; readonly quietMs: number },
    signal?: AbortSignal,
  ): Promise<Result<readonly string[], FirehoseFailure>> {
    const logs: string[] = [];
    for (let documents = 0; documents < DOCUMENTS_PER_REPLY_MAX; documents++) {
      const document = await this.#readDocument(documents === 0 ? firstMs : quietMs, signal);
      if (!document.ok) return document.failure.reason === 'transfer-timed-out' ? ok(logs) : document;
      logs.push(...document.value.logs);
    }
    return err({ reason: 'firehose-too-talkative', command: 'drain' });
  }

  /** Why it was refused is often said only after the NAK. */
  async #logsAfterRefusal(signal?: AbortSignal): Promise<readonly string[]> {
    const { quietMs } = this.timings;
    const logs = await this.drainLogs({ firstMs: quietMs, quietMs }, signal);
    return logs.ok ? logs.value : [];
  }

  writeRaw(bytes: Uint8Array, signal?: AbortSignal): Promise<Result<void, TransferFailure>> {
    return this.#pipe.transferOut(bytes, { timeoutMs: this.timings.writeMs, signal });
  }

  /** Raw bytes of a `<read>`, at most `maxBytes`; what framing had read too far comes first. */
  async readRaw(
    maxBytes: number,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure>> {
    if (this.#unread.length > 0) {
      const part = this.#unread.subarray(0, maxBytes);
      this.#unread = this.#unread.subarray(part.length);
      return ok(part);
    }
    return this.#readSomething(maxBytes, { timeoutMs, signal });
  }

  /** The next transfer that has bytes: one of none is not an end (edl 1c), and many of them are silence. */
  async #readSomething(
    maxBytes: number,
    options: TransferOptions,
  ): Promise<Result<Uint8Array<ArrayBuffer>, TransferFailure>> {
    for (let empty = 0; empty <= EMPTY_TRANSFERS_MAX; empty++) {
      const read = await this.#pipe.transferIn(maxBytes, options);
      if (!read.ok || read.value.length > 0) return read;
    }
    return err({ reason: 'transfer-timed-out', direction: 'in', timeoutMs: options.timeoutMs });
  }

  async #readDocument(
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Result<FirehoseDocument, FirehoseFailure>> {
    let searched = 0;
    for (;;) {
      const end = indexOf(this.#unread, END, searched);
      if (end !== -1) {
        const xml = new TextDecoder('latin1').decode(this.#unread.subarray(0, end + END.length));
        this.#unread = this.#unread.subarray(end + END.length);
        return parseDocument(xml);
      }
      if (this.#unread.length > DOCUMENT_MAX_BYTES) {
        return err({
          reason: 'firehose-document-invalid',
          why: `no </data> in ${this.#unread.length} bytes`,
        });
      }
      searched = Math.max(0, this.#unread.length - END.length);
      const read = await this.#readSomething(READ_TRANSFER_BYTES, { timeoutMs, signal });
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

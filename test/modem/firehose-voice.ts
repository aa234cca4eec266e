/**
 * What the programmer says, as transfers. Over USB each document is a transfer of its own (edl 1c); relays and ttys join
 * several in one, and cut them anywhere.
 */
import type { FirehoseDialect } from './firehose-dialect.ts';
import { logDocument, responseDocument } from './firehose-xml.ts';
import { FIREHOSE_XML_MAX_BYTES } from './limits.ts';
import type { TransferSource } from './usb-pipe.ts';
import { sourceOf } from './usb-pipe.ts';

/** `apart`: one document a transfer. `joined`: several in one. `cut`: ends of transfers fall inside documents. */
export const DOCUMENT_FRAMINGS = ['apart', 'joined', 'cut'] as const;
export type DocumentFraming = (typeof DOCUMENT_FRAMINGS)[number];

/** No multiple of any packet size: each piece ends its own transfer. */
const CUT_BYTES = 300;

export type Verdict = 'ACK' | 'NAK';
export type ResponseAttributes = Readonly<Record<string, string>>;

export class FirehoseVoice {
  readonly #send: (message: Uint8Array | TransferSource) => void;
  readonly #framing: DocumentFraming;
  readonly #logAfterResponse: string | undefined;
  readonly #onResponse: () => void;
  #unsent: Uint8Array[] = [];

  constructor(
    send: (message: Uint8Array | TransferSource) => void,
    options: {
      readonly framing: DocumentFraming;
      readonly dialect: FirehoseDialect;
      /** Told of every response but one before raw bytes. */
      readonly onResponse: () => void;
    },
  ) {
    this.#send = send;
    this.#framing = options.framing;
    this.#logAfterResponse = options.dialect.logAfterResponse;
    this.#onResponse = options.onResponse;
  }

  log(text: string): void {
    this.#say(logDocument(text));
  }

  respond(verdict: Verdict, attributes: ResponseAttributes): void {
    for (const document of this.#responseDocuments(verdict, attributes)) this.#say(document);
  }

  /** Raw transfers made on the fly, then logs and the response to the command they belong to. */
  sendRaw(
    transfers: Iterable<Uint8Array>,
    end: () => { readonly logs: readonly string[]; readonly verdict: Verdict },
  ): void {
    this.flush();
    const framing = this.#framing;
    const documentsOf = this.#responseDocuments.bind(this);
    function* all(): Generator<Uint8Array, void> {
      yield* transfers;
      const { logs, verdict } = end();
      yield* frameDocuments(
        [...logs.map(logDocument), ...documentsOf(verdict, { rawmode: 'false' })],
        framing,
      );
    }
    this.#send(sourceOf(all()));
  }

  /** Nothing more comes for now: what was joined goes out. */
  flush(): void {
    for (const transfer of frameDocuments(this.#unsent, this.#framing)) this.#send(transfer);
    this.#unsent = [];
  }

  #say(document: Uint8Array): void {
    if (this.#framing === 'apart') this.#send(document);
    else this.#unsent.push(document);
  }

  /** Before raw bytes nothing may stand between them and the response. */
  #responseDocuments(verdict: Verdict, attributes: ResponseAttributes): Uint8Array[] {
    const response = responseDocument(verdict, attributes);
    if (attributes.rawmode === 'true') return [response];
    this.#onResponse();
    const after = this.#logAfterResponse;
    return after === undefined ? [response] : [response, logDocument(after)];
  }
}

/** The transfers that these documents travel in. */
export function frameDocuments(
  documents: readonly Uint8Array[],
  framing: DocumentFraming,
): readonly Uint8Array[] {
  if (framing === 'apart') return documents;
  if (framing === 'joined') return joinUpTo(FIREHOSE_XML_MAX_BYTES, documents);
  const stream = Buffer.concat(documents);
  const count = Math.ceil(stream.length / CUT_BYTES);
  return Array.from({ length: count }, (_, index) =>
    stream.subarray(index * CUT_BYTES, (index + 1) * CUT_BYTES),
  );
}

function joinUpTo(maxBytes: number, documents: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  for (const document of documents) {
    const last = joined.at(-1);
    if (last !== undefined && last.length + document.length <= maxBytes) {
      joined[joined.length - 1] = Buffer.concat([last, document]);
    } else joined.push(document);
  }
  return joined;
}

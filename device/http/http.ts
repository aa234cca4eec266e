/**
 * HTTP as the updater uses it: a small port whose every request says what it may cost. Failures are values.
 *
 * It asks and hands over what came; it does not retry, cache, decompress or judge a status.
 */
import type { Result } from '../../shared/result.ts';
import type { InterfaceFailure } from './local-address.ts';

/** Header names in lower case; repeated fields joined by `, ` (RFC 9110 section 5.3). */
export type HttpHeaders = Readonly<Record<string, string>>;

export type HttpFailure =
  /** No answer began. `code` is the cause as the system names it: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED; `proxy-407` of a proxy's refusal. */
  | { readonly reason: 'unreachable'; readonly url: string; readonly code: string }
  | {
      readonly reason: 'timed-out';
      readonly url: string;
      readonly afterMs: number;
      /** On the way to a connection, or waiting for an answer and in the middle of it. */
      readonly during: 'connect' | 'answer';
    }
  | { readonly reason: 'too-large'; readonly url: string; readonly maxBytes: number }
  /** The connection ended in the middle of the body; `receivedBytes` of it came. */
  | { readonly reason: 'cut'; readonly url: string; readonly receivedBytes: number; readonly code: string }
  | {
      readonly reason: 'address-refused';
      readonly url: string;
      readonly why: AddressRefusal;
    }
  /** The interface that was named has no address now, or is not the way there; the next connection looks again. */
  | InterfaceFailure
  | { readonly reason: 'interrupted' };

export type AddressRefusal =
  | 'not-an-address'
  | 'credentials-in-address'
  | 'not-http'
  | 'plain-http-to-another-machine'
  | 'redirect-to-another-scheme'
  | 'redirect-to-this-machine'
  | 'too-many-redirects';

export type HttpAnswer = {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly bytes: Uint8Array;
};

export type HttpStream = {
  readonly status: number;
  readonly headers: HttpHeaders;
  /**
   * The body in pieces, to be read once. A failure is the last item, after every byte that came before it;
   * leaving the loop early closes the connection.
   */
  readonly body: AsyncIterable<Result<Uint8Array, HttpFailure>>;
  /** Closes the connection of a body that nobody will read. */
  readonly discard: () => void;
};

export type GetOptions = {
  readonly headers: HttpHeaders;
  /** Bound of the body. */
  readonly maxBytes: number;
  /** Bound of the whole exchange. */
  readonly timeoutMs: number;
};

export type StreamOptions = {
  readonly headers: HttpHeaders;
  /** Bound of each silence: until the answer begins, and between two pieces of its body. */
  readonly timeoutMs: number;
  /** Plain HTTP to private and link-local addresses too: for what proves itself by its hash, from where a person said. */
  readonly allowPrivate?: boolean;
};

export type PostOptions = GetOptions & { readonly body: Uint8Array };

export type Http = {
  readonly get: (
    url: string,
    options: GetOptions,
    signal: AbortSignal,
  ) => Promise<Result<HttpAnswer, HttpFailure>>;
  readonly getStream: (
    url: string,
    options: StreamOptions,
    signal: AbortSignal,
  ) => Promise<Result<HttpStream, HttpFailure>>;
  /** Follows no redirect: a report goes where it was meant to go, or nowhere. */
  readonly post: (
    url: string,
    options: PostOptions,
    signal: AbortSignal,
  ) => Promise<Result<HttpAnswer, HttpFailure>>;
  /** Ends all connections. */
  readonly close: () => Promise<void>;
};

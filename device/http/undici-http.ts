/** The HTTP port on one undici agent (HTTP/1.1, kept-alive connections). */
import type { Dispatcher } from 'undici';
import { concatBytes } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type AddressPolicy, parseAddress, parseRedirect, shownUrl } from './address.ts';
import { type DispatcherOptions, makeDispatcher } from './dispatcher.ts';
import { type Exchange, exchange } from './exchange.ts';
import type { GetOptions, Http, HttpAnswer, HttpFailure, HttpStream } from './http.ts';
import { CONNECT_TIMEOUT_MS, REDIRECTS_MAX } from './limits.ts';
import { noWay } from './no-way.ts';

export type UndiciHttpOptions = DispatcherOptions & {
  /** `cistern/0.1.0`, sent with every request. */
  readonly userAgent: string;
  /** Plain HTTP to other machines too: for a repository on a network of one's own. */
  readonly allowInsecure?: boolean;
};

export function undiciHttp({ userAgent, allowInsecure = false, ...way }: UndiciHttpOptions): Http {
  const policy: AddressPolicy = { allowInsecure };
  const dispatcher = makeDispatcher(way);
  if (!dispatcher.ok) return noWay(dispatcher.failure);
  const agent = dispatcher.value;
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS } = way;
  const withAgent = (headers: GetOptions['headers']) => ({ 'user-agent': userAgent, ...headers });

  return {
    get: (url, options, signal) =>
      withinTime(url, options.timeoutMs, signal, async (bounded) => {
        const request = { ...options, connectTimeoutMs, headers: withAgent(options.headers) };
        const stream = await follow(agent, policy, url, request, bounded);
        return stream.ok ? readWhole(stream.value, url, options.maxBytes) : stream;
      }),
    getStream: (url, { allowPrivate, ...options }, signal) =>
      follow(
        agent,
        { ...policy, allowPrivate },
        url,
        { ...options, connectTimeoutMs, headers: withAgent(options.headers) },
        signal,
      ),
    post: (url, options, signal) =>
      withinTime(url, options.timeoutMs, signal, async (bounded) => {
        const address = parseAddress(url, policy);
        if (!address.ok) return address;
        const request: Exchange = {
          method: 'POST',
          url: address.value,
          headers: withAgent(options.headers),
          body: options.body,
          silenceMs: options.timeoutMs,
          connectTimeoutMs,
        };
        const stream = await exchange(agent, request, bounded);
        return stream.ok ? readWhole(stream.value, url, options.maxBytes) : stream;
      }),
    close: () => agent.destroy(),
  };
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

async function follow(
  agent: Dispatcher,
  policy: AddressPolicy,
  from: string,
  {
    headers,
    timeoutMs,
    connectTimeoutMs,
  }: Pick<GetOptions, 'headers' | 'timeoutMs'> & Pick<Exchange, 'connectTimeoutMs'>,
  signal: AbortSignal,
): Promise<Result<HttpStream, HttpFailure>> {
  let address = parseAddress(from, policy);
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    if (!address.ok) return address;
    const url = address.value;
    const answer = await exchange(
      agent,
      { method: 'GET', url, headers, body: null, silenceMs: timeoutMs, connectTimeoutMs },
      signal,
    );
    if (!answer.ok || !REDIRECTS.has(answer.value.status)) return answer;
    const location = answer.value.headers.location;
    if (location === undefined) return answer;
    answer.value.discard();
    address = parseRedirect(location, url, policy);
  }
  return err({ reason: 'address-refused', url: shownUrl(from), why: 'too-many-redirects' });
}

async function readWhole(
  stream: HttpStream,
  url: string,
  maxBytes: number,
): Promise<Result<HttpAnswer, HttpFailure>> {
  const pieces: Uint8Array[] = [];
  let receivedBytes = 0;
  for await (const piece of stream.body) {
    if (!piece.ok) return piece;
    receivedBytes += piece.value.length;
    if (receivedBytes > maxBytes) return err({ reason: 'too-large', url: shownUrl(url), maxBytes });
    pieces.push(piece.value);
  }
  return ok({ status: stream.status, headers: stream.headers, bytes: concatBytes(pieces) });
}

/** Ends what `ask` waits for after `timeoutMs`, and says so rather than `aborted`. */
async function withinTime<T>(
  url: string,
  timeoutMs: number,
  signal: AbortSignal,
  ask: (bounded: AbortSignal) => Promise<Result<T, HttpFailure>>,
): Promise<Result<T, HttpFailure>> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  try {
    const answer = await ask(AbortSignal.any([signal, deadline.signal]));
    const expired = !answer.ok && answer.failure.reason === 'interrupted' && !signal.aborted;
    return expired
      ? err({ reason: 'timed-out', url: shownUrl(url), afterMs: timeoutMs, during: 'answer' })
      : answer;
  } finally {
    clearTimeout(timer);
  }
}

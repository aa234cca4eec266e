/** Requests to a repository: bounded in time, size and attempts; tried again where trying again can help. */
import { type Dispatcher, request } from 'undici';
import { concatBytes } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import {
  REQUEST_ATTEMPTS_MAX,
  REQUEST_TIMEOUT_MS,
  RETRY_AFTER_MAX_MS,
  RETRY_FIRST_WAIT_MS,
  RETRY_LONGEST_WAIT_MS,
} from '../limits.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** An answer with a larger body is refused. */
  readonly maxBytes: number;
};

export type HttpAnswer = {
  readonly status: number;
  readonly body: Uint8Array<ArrayBuffer>;
  /** How long the repository asks to be left alone (Retry-After in seconds, RFC 9110 section 10.2.3); 0 where it does not. */
  readonly retryAfterMs: number;
};

export type HttpFailure =
  | { readonly reason: 'repository-unreachable'; readonly url: string; readonly why: string }
  | { readonly reason: 'answer-too-large'; readonly url: string; readonly maxBytes: number };

export type HttpPorts = {
  readonly dispatcher: Dispatcher;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
};

/** Any status is an answer; a server error or 429 becomes one only after the last attempt. */
export async function send(
  wanted: HttpRequest,
  ports: HttpPorts,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, HttpFailure>> {
  for (let attempt = 1; ; attempt++) {
    const answer = await sendOnce(wanted, ports.dispatcher, signal);
    const isLast = attempt === REQUEST_ATTEMPTS_MAX;
    if (isLast || !isWorthRepeating(answer)) return answer;
    const longestMs = Math.min(RETRY_LONGEST_WAIT_MS, RETRY_FIRST_WAIT_MS * 2 ** attempt);
    const askedMs = answer.ok ? Math.min(RETRY_AFTER_MAX_MS, answer.value.retryAfterMs) : 0;
    await ports
      .sleep(askedMs + longestMs * (0.5 + ports.random() / 2), signal)
      .catch(() => signal.throwIfAborted());
  }
}

function isWorthRepeating(answer: Result<HttpAnswer, HttpFailure>): boolean {
  if (!answer.ok) return answer.failure.reason === 'repository-unreachable';
  return answer.value.status >= 500 || answer.value.status === 429;
}

async function sendOnce(
  { method, url, headers = {}, body, maxBytes }: HttpRequest,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, HttpFailure>> {
  try {
    const answer = await request(url, {
      method,
      headers,
      body: body ?? null,
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of answer.body as AsyncIterable<Uint8Array>) {
      length += part.length;
      if (length > maxBytes) return err({ reason: 'answer-too-large', url, maxBytes });
      parts.push(part);
    }
    const retryAfterMs = retryAfter(answer.headers['retry-after']);
    return ok({ status: answer.statusCode, body: concatBytes(parts), retryAfterMs });
  } catch (error) {
    signal.throwIfAborted();
    return err({ reason: 'repository-unreachable', url, why: causeOf(error) });
  }
}

/** A date is left aside: it would be judged by two clocks. */
function retryAfter(field: string | string[] | undefined): number {
  return typeof field === 'string' && /^\d{1,6}$/.test(field) ? Number(field) * 1000 : 0;
}

/** undici names the connection's own error as the cause of its own. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.name === 'TimeoutError') return `no answer within ${REQUEST_TIMEOUT_MS / 1000} s`;
  const { cause } = error;
  const inner = error instanceof AggregateError ? error.errors[0] : cause;
  return inner instanceof Error ? inner.message : error.message;
}

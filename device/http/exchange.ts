/** One request and its answer on undici's dispatcher: no redirects, no bound on the body, failures as values. */
import type { Dispatcher } from 'undici';
import { err, ok, type Result } from '../../shared/result.ts';
import { shownUrl } from './address.ts';
import { bodyQueue } from './body-queue.ts';
import type { HttpFailure, HttpHeaders, HttpStream } from './http.ts';
import { BODY_BACKLOG_MAX_BYTES } from './limits.ts';
import { NotTheWay } from './named-way.ts';

export type Exchange = {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array | null;
  /** Bound of each silence of the peer. */
  readonly silenceMs: number;
  /** Bound of each step on the way to a connection, which is the dispatcher's. */
  readonly connectTimeoutMs: number;
};

/** Resolves when the answer's header fields are there; its body follows as the reader takes it. */
export function exchange(
  agent: Dispatcher,
  request: Exchange,
  signal: AbortSignal,
): Promise<Result<HttpStream, HttpFailure>> {
  const url = shownUrl(request.url.href);
  if (signal.aborted) return Promise.resolve(err({ reason: 'interrupted' }));

  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let receivedBytes = 0;
    let answered = false;
    let stopped = false;

    const stop = () => {
      stopped = true;
      signal.removeEventListener('abort', abort);
      controller?.abort(new Error('the reader has left'));
    };
    const queue = bodyQueue({
      onTaken: () => {
        if (controller?.paused && queue.backlogBytes() < BODY_BACKLOG_MAX_BYTES) controller.resume();
      },
      onLeft: stop,
    });
    const finish = (failure: HttpFailure | null) => {
      signal.removeEventListener('abort', abort);
      queue.end(failure);
      if (!answered && failure !== null) resolve(err(failure));
    };
    const abort = () => {
      finish({ reason: 'interrupted' });
      stop();
    };
    signal.addEventListener('abort', abort, { once: true });

    agent.dispatch(
      {
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: { 'accept-encoding': 'identity', ...request.headers },
        body: request.body,
        headersTimeout: request.silenceMs,
        bodyTimeout: request.silenceMs,
      },
      {
        onRequestStart: (current) => {
          controller = current;
          if (stopped) current.abort(new Error('aborted while it connected'));
        },
        onResponseStart: (_current, status, headers) => {
          if (status < 200) return;
          answered = true;
          resolve(ok({ status, headers: joined(headers), body: queue.pieces(), discard: stop }));
        },
        onResponseData: (current, piece) => {
          receivedBytes += piece.length;
          queue.push(piece);
          if (queue.backlogBytes() >= BODY_BACKLOG_MAX_BYTES) current.pause();
        },
        onResponseEnd: () => finish(null),
        onResponseError: (_current, error) => {
          const { silenceMs, connectTimeoutMs } = request;
          const silence =
            controller === undefined
              ? ({ during: 'connect', afterMs: connectTimeoutMs } as const)
              : ({ during: 'answer', afterMs: silenceMs } as const);
          finish(failureOf(error, { url, answered, receivedBytes, silence }));
        },
      },
    );
  });
}

const TIMEOUT_CODES = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
]);

function failureOf(
  error: Error & { code?: unknown },
  at: {
    readonly url: string;
    readonly answered: boolean;
    readonly receivedBytes: number;
    /** The bound of the silence that it met. */
    readonly silence: Pick<Extract<HttpFailure, { reason: 'timed-out' }>, 'during' | 'afterMs'>;
  },
): HttpFailure {
  if (error instanceof NotTheWay) return error.failure;
  const { url, answered, receivedBytes } = at;
  const code = typeof error.code === 'string' ? error.code : error.name;
  if (TIMEOUT_CODES.has(code)) return { reason: 'timed-out', url, ...at.silence };
  // undici says the status of a proxy that let no connection through in words alone.
  const refusedByProxy = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1];
  if (refusedByProxy !== undefined) return { reason: 'unreachable', url, code: `proxy-${refusedByProxy}` };
  return answered ? { reason: 'cut', url, receivedBytes, code } : { reason: 'unreachable', url, code };
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): HttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

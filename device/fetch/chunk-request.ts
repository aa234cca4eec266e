/** One request for a chunk, or for what is missing of it, added to its part as it comes. */
import { giveBack } from '../../shared/give-back.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { assertNever, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { Http, HttpFailure, HttpHeaders, HttpStream } from '../http/http.ts';
import type { WantedChunk } from '../stage/chunk-file.ts';
import type { Budget, RequestCost } from './budget.ts';
import { type ChunkRequest, declaredBytes, judgeAnswer, strongEtag } from './chunk-answer.ts';
import type { FetchFailure } from './fetch-failure.ts';
import { PART_STEP_BYTES, PART_STEP_MS } from './limits.ts';
import type { PartFile } from './part-file.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Tally } from './tally.ts';

export type Attempt =
  /**
   * The part ends where the answer ends; whether it is the chunk is not known yet. `isEndKnown` is off where the end of
   * the connection was all that ended it (RFC 9112 section 6.3, as HTTP/1.0 proxies do): it may have been cut.
   */
  | { readonly end: 'complete'; readonly isEndKnown: boolean }
  /** Worth another request, from where the part ends. */
  | { readonly end: 'broken'; readonly failure: HttpFailure }
  /** The request for a range was hung up on, or met silence, before any answer. */
  | { readonly end: 'range-unanswered'; readonly failure: HttpFailure }
  /** The request for a range was refused; nobody has refused the whole yet. */
  | { readonly end: 'range-refused'; readonly status: number }
  | { readonly end: 'busy'; readonly status: number; readonly retryAfterMs: number | null }
  /** A range was answered wrongly: the part is empty again. */
  | { readonly end: 'again' }
  | { readonly end: 'refused'; readonly status: number }
  | { readonly end: 'too-large' }
  | { readonly end: 'encoded'; readonly encoding: string }
  | { readonly end: 'page' }
  | { readonly end: 'over-budget' }
  /** The stage did not take what came. */
  | { readonly end: 'not-kept'; readonly failure: FetchFailure };

export type ChunkAttempt = {
  readonly http: Http;
  readonly url: string;
  readonly part: PartFile;
  readonly chunk: WantedChunk;
  readonly tally: Tally;
  readonly budget: Budget;
  readonly silenceMs: number;
  readonly requestMaxMs: number;
  readonly rateLimit: RateLimit;
  readonly clock: Clock;
  /** Writes the part down, so that a kill loses little. */
  readonly keep: () => Promise<Result<void, FetchFailure>>;
  /** Off after a range was answered wrongly, or refused. */
  readonly mayResume: boolean;
  /** A mirror that was named, which may stand in a network of one's own without a certificate. */
  readonly isMirror: boolean;
};

export async function requestChunk(attempt: ChunkAttempt, signal: AbortSignal): Promise<Attempt> {
  // Nearly always the stored size is below it.
  const cost = await attempt.budget.begin(attempt.chunk.sizeBytes, signal);
  if (cost === null) return { end: 'over-budget' };
  try {
    const ended = await requestInTime(attempt, cost, signal);
    if (ended.end !== 'complete' && hasReachedPeer(ended)) cost.wasForNothing();
    return ended;
  } finally {
    cost.end();
  }
}

async function requestInTime(
  attempt: ChunkAttempt,
  cost: RequestCost,
  signal: AbortSignal,
): Promise<Attempt> {
  const { url, requestMaxMs } = attempt;
  // By hand: AbortSignal.timeout and AbortSignal.any would keep each request in memory until its time is over.
  const bounded = new AbortController();
  const stop = () => bounded.abort();
  const timer = setTimeout(stop, requestMaxMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const ended = await ask(attempt, cost, bounded.signal);
    const expired = ended.end === 'broken' && ended.failure.reason === 'interrupted' && !signal.aborted;
    return expired
      ? { end: 'broken', failure: { reason: 'timed-out', url, afterMs: requestMaxMs, during: 'answer' } }
      : ended;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function ask(attempt: ChunkAttempt, cost: RequestCost, signal: AbortSignal): Promise<Attempt> {
  const { http, url, part, tally, silenceMs } = attempt;
  const fromBytes = attempt.mayResume && part.sizeBytes() > 0 ? part.sizeBytes() : null;
  const request = { fromBytes, etag: part.etag() };

  tally.requested();
  const answer = await http.getStream(
    url,
    { headers: headersOf(request), timeoutMs: silenceMs, allowPrivate: attempt.isMirror },
    signal,
  );
  if (!answer.ok) {
    const mayBeTheRange = fromBytes !== null && isHangUp(answer.failure);
    return { end: mayBeTheRange ? 'range-unanswered' : 'broken', failure: answer.failure };
  }
  const stream = answer.value;
  const verdict = judgeAnswer(request, stream, attempt.clock.nowMs());
  switch (verdict.take) {
    case 'rest':
      tally.resumed();
      return take(attempt, stream, { ...verdict, cost }, signal);
    case 'whole':
      restart(attempt, strongEtag(stream.headers));
      return take(
        attempt,
        stream,
        { endBytes: CHUNK_STORED_MAX_BYTES, totalBytes: declaredBytes(stream.headers), cost },
        signal,
      );
    case 'again':
      stream.discard();
      restart(attempt, null);
      return { end: 'again' };
    case 'unranged':
      stream.discard();
      return { end: 'range-refused', status: stream.status };
    case 'later':
      stream.discard();
      return { end: 'busy', status: stream.status, retryAfterMs: verdict.retryAfterMs };
    case 'never':
      stream.discard();
      return { end: 'refused', status: stream.status };
    case 'encoded':
      stream.discard();
      return { end: 'encoded', encoding: verdict.encoding };
    case 'too-large':
    case 'page':
      stream.discard();
      return { end: verdict.take };
    default:
      return assertNever(verdict);
  }
}

async function take(
  attempt: ChunkAttempt,
  stream: HttpStream,
  bounds: { readonly endBytes: number; readonly totalBytes: number | null; readonly cost: RequestCost },
  signal: AbortSignal,
): Promise<Attempt> {
  const { part, tally, budget, rateLimit, clock, keep } = attempt;
  const { endBytes, totalBytes, cost } = bounds;
  let keptAtMs = clock.elapsedMs();
  for await (const piece of stream.body) {
    if (!piece.ok) return { end: 'broken', failure: piece.failure };
    cost.came(piece.value.length);
    if (part.sizeBytes() + piece.value.length > endBytes) {
      tally.wasted(piece.value.length);
      const sizeIsKnown = totalBytes !== null;
      restart(attempt, null);
      return { end: sizeIsKnown ? 'again' : 'too-large' };
    }
    const pieceBytes = piece.value.length;
    part.append(piece.value);
    giveBack(piece.value);
    tally.kept(pieceBytes);
    if (budget.isSpent() && part.sizeBytes() !== totalBytes) return { end: 'over-budget' };
    if (part.unsavedBytes() >= PART_STEP_BYTES && clock.elapsedMs() - keptAtMs >= PART_STEP_MS) {
      const kept = await keep();
      if (!kept.ok) return { end: 'not-kept', failure: kept.failure };
      keptAtMs = clock.elapsedMs();
    }
    await rateLimit(pieceBytes, signal);
  }
  if (totalBytes === null)
    return { end: 'complete', isEndKnown: stream.headers['transfer-encoding'] !== undefined };
  if (part.sizeBytes() === totalBytes) return { end: 'complete', isEndKnown: true };
  const failure = {
    reason: 'cut',
    url: attempt.url,
    receivedBytes: part.sizeBytes(),
    code: 'short',
  } as const;
  return { end: 'broken', failure };
}

/** A peer was reached and said nothing: of a network that is away the codes are others. */
function isHangUp(failure: HttpFailure): boolean {
  if (failure.reason === 'timed-out') return failure.during === 'answer';
  return failure.reason === 'unreachable' && HANG_UPS.has(failure.code);
}

/** It has cost bytes; what never came to a connection has not. */
function hasReachedPeer(attempt: Exclude<Attempt, { end: 'complete' }>): boolean {
  if (attempt.end !== 'broken' && attempt.end !== 'range-unanswered') return true;
  return attempt.failure.reason === 'cut' || isHangUp(attempt.failure);
}

const HANG_UPS = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

function restart({ part, tally }: ChunkAttempt, etag: string | null): void {
  tally.dropped(part.sizeBytes());
  part.restart(etag);
}

/** RFC 9110 sections 13.1.5 and 14.2. Without an ETag the range stands alone: the hash decides in the end. */
function headersOf({ fromBytes, etag }: ChunkRequest): HttpHeaders {
  if (fromBytes === null) return {};
  const range = `bytes=${fromBytes}-`;
  return etag === null ? { range } : { range, 'if-range': etag };
}

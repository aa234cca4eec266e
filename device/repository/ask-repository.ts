/** One question to the repository: a few attempts on a bad line, bounded, and its refusals as values. */
import { type Problem, problemSchema } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { Http, HttpAnswer, HttpFailure } from '../http/http.ts';
import { REQUEST_ATTEMPTS_MAX, REQUEST_TIMEOUT_MS, RETRY_WAIT_MS, SHOWN_MAX_CHARS } from './limits.ts';
import type { TrustFailure } from './trust-failure.ts';

export type Repository = {
  /** Without `/v1`. */
  readonly url: string;
  readonly http: Http;
  readonly clock: Clock;
  /** Bound of each request, all of it; by default `REQUEST_TIMEOUT_MS`. */
  readonly requestTimeoutMs?: number;
};

export type RepositoryAnswer = {
  readonly bytes: Uint8Array;
  /** When the server says it answered (RFC 9110 section 6.6.1); null where it does not say. */
  readonly dateMs: number | null;
};

/** What a 200 brought; null where nothing is there. */
export async function askRepository(
  repository: Repository,
  question: { readonly path: string; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<Result<RepositoryAnswer | null, TrustFailure>> {
  const url = `${repository.url.replace(/\/+$/, '')}${question.path}`;
  const timeoutMs = repository.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const options = { headers: {}, maxBytes: question.maxBytes, timeoutMs };
  for (let attempt = 1; ; attempt++) {
    const answer = await repository.http.get(url, options, signal);
    const judged = answer.ok ? judgeAnswer(answer.value, url) : err(trustFailureOf(answer.failure));
    if (judged.ok || attempt === REQUEST_ATTEMPTS_MAX || !isWorthAnother(judged.failure)) return judged;
    await repository.clock.sleep(RETRY_WAIT_MS * 2 ** (attempt - 1), signal);
    if (signal.aborted) return err({ reason: 'interrupted' });
  }
}

function judgeAnswer(
  { status, headers, bytes }: HttpAnswer,
  url: string,
): Result<RepositoryAnswer | null, TrustFailure> {
  if (status === 200) return ok({ bytes, dateMs: readDate(headers.date) });
  if (status === 404) return ok(null);
  const problem = readProblem(bytes);
  // A bucket that may not be listed says 403 of what is not in it; our Worker would say why.
  if (status === 403 && problem === null) return ok(null);
  const title = problem?.title.slice(0, SHOWN_MAX_CHARS) ?? null;
  const detail = problem?.detail?.slice(0, SHOWN_MAX_CHARS) ?? null;
  return err({ reason: 'repository-refused', url, status, title, detail });
}

function readDate(field: string | undefined): number | null {
  const dateMs = Date.parse(field ?? '');
  return Number.isNaN(dateMs) ? null : dateMs;
}

function readProblem(bytes: Uint8Array): Problem | null {
  try {
    return problemSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}

function isWorthAnother(failure: TrustFailure): boolean {
  if (failure.reason === 'repository-refused') return failure.status >= 500 || failure.status === 429;
  return failure.reason === 'repository-unreachable';
}

function trustFailureOf(failure: HttpFailure): TrustFailure {
  switch (failure.reason) {
    case 'interrupted':
    case 'address-refused':
    case 'interface-not-usable':
    case 'interface-not-the-way':
    case 'proxy-not-usable':
      return failure;
    case 'too-large':
      return {
        reason: 'answer-unreadable',
        url: failure.url,
        problem: `more than ${failure.maxBytes} bytes`,
      };
    case 'unreachable':
      return { reason: 'repository-unreachable', url: failure.url, code: failure.code };
    default:
      return { reason: 'repository-unreachable', url: failure.url, code: failure.reason };
  }
}

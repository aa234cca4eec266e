/** One question to the repository: a few attempts on a bad line, bounded, and its refusals as values. */
import { problemSchema } from '../../shared/problem.ts';
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
};

/** The bytes of a 200; null for 404. */
export async function askRepository(
  repository: Repository,
  question: { readonly path: string; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<Result<Uint8Array | null, TrustFailure>> {
  const url = `${repository.url.replace(/\/+$/, '')}${question.path}`;
  const options = { headers: {}, maxBytes: question.maxBytes, timeoutMs: REQUEST_TIMEOUT_MS };
  for (let attempt = 1; ; attempt++) {
    const answer = await repository.http.get(url, options, signal);
    const judged = answer.ok ? judgeAnswer(answer.value, url) : err(trustFailureOf(answer.failure));
    if (judged.ok || attempt === REQUEST_ATTEMPTS_MAX || !isWorthAnother(judged.failure)) return judged;
    await repository.clock.sleep(RETRY_WAIT_MS * 2 ** (attempt - 1), signal);
    if (signal.aborted) return err({ reason: 'aborted' });
  }
}

function judgeAnswer({ status, bytes }: HttpAnswer, url: string): Result<Uint8Array | null, TrustFailure> {
  if (status === 200) return ok(bytes);
  if (status === 404) return ok(null);
  const { title, detail } = readProblem(bytes);
  return err({ reason: 'repository-refused', url, status, title, detail });
}

function readProblem(bytes: Uint8Array): { readonly title: string | null; readonly detail: string | null } {
  try {
    const problem = problemSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const detail = problem.detail?.slice(0, SHOWN_MAX_CHARS) ?? null;
    return { title: problem.title.slice(0, SHOWN_MAX_CHARS), detail };
  } catch {
    return { title: null, detail: null };
  }
}

function isWorthAnother(failure: TrustFailure): boolean {
  if (failure.reason === 'repository-refused') return failure.status >= 500 || failure.status === 429;
  return failure.reason === 'repository-unreachable';
}

function trustFailureOf(failure: HttpFailure): TrustFailure {
  switch (failure.reason) {
    case 'aborted':
    case 'address-refused':
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

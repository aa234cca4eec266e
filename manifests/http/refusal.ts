/** A status that says no, with the repository's own words for it (RFC 9457). */
import { fromUtf8 } from '../../shared/bytes.ts';
import { problemSchema } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { HttpAnswer } from './client.ts';

export type Refusal = {
  readonly reason: 'repository-refused';
  readonly url: string;
  readonly status: number;
  /** The problem's code; null where the answer carries none. */
  readonly code: string | null;
  readonly detail: string;
};

export function expectStatus(
  answer: HttpAnswer,
  url: string,
  accepted: readonly number[],
): Result<HttpAnswer, Refusal> {
  if (accepted.includes(answer.status)) return ok(answer);
  let content: unknown = null;
  try {
    content = JSON.parse(fromUtf8(answer.body) ?? 'null');
  } catch {
    // Not a problem document; the status alone has to do.
  }
  const problem = problemSchema.safeParse(content);
  return err({
    reason: 'repository-refused',
    url,
    status: answer.status,
    code: problem.success ? (problem.data.code ?? null) : null,
    detail: problem.success ? (problem.data.detail ?? problem.data.title) : 'no further explanation',
  });
}

/**
 * Every way this API says no (RFC 9457), made here and nowhere else. A refusal names its reason; status, title
 * and the page behind `type` come from one table, so that a reason cannot exist without them.
 */
import { utf8 } from '../../shared/bytes.ts';
import { PROBLEM_CONTENT_TYPE, type Problem } from '../../shared/problem.ts';
import { type ProblemReason, problemTable } from './problem-table.ts';

export type { ProblemReason } from './problem-table.ts';

/** An expected failure as rooms return it: the reason for programs, the detail for people. */
export type Refusal = {
  readonly reason: ProblemReason;
  /** What happened, to what, and what to do next. Never the cause of a failed signature or token. */
  readonly detail: string;
  /** Where in the request body it went wrong: JSON pointers. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** Fields the status asks for: Allow, Content-Range, WWW-Authenticate, Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
};

export function problemResponse(refusal: Refusal): Response {
  const { status, title } = problemTable[refusal.reason];
  const body: Problem = {
    type: `/problems/${refusal.reason}`,
    title,
    status,
    detail: refusal.detail,
    code: refusal.reason,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  };
  const bytes = utf8(JSON.stringify(body));
  const headers = {
    ...refusal.headers,
    'content-type': PROBLEM_CONTENT_TYPE,
    'content-length': String(bytes.length),
    'cache-control': 'no-store',
  };
  return new Response(bytes, { status, headers });
}

/** `GET /problems/{code}`: what the reason means and what to do, as text; `null` for a code that is none of ours. */
export function problemPage(code: string): Response | null {
  if (!Object.hasOwn(problemTable, code)) return null;
  const { status, title, about } = problemTable[code as ProblemReason];
  const text = utf8(`${title}\n\ncode ${code}, status ${status}\n\n${about}\n`);
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(text.length),
    'cache-control': 'public, max-age=3600',
  };
  return new Response(text, { headers });
}

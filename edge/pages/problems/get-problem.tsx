/** `GET /problems/{code}`: the page that a problem's `type` leads to; as text for programs. */
import { problemPage } from '../../http/problem.ts';
import { type ProblemReason, problemTable } from '../../http/problem-table.ts';
import { pageAnswer } from '../page.tsx';
import { prefersHtml } from './prefers-html.ts';

/** `null` for a code that is none of ours. */
export function getProblem(code: string, request: Request): Response | null {
  const text = problemPage(code);
  if (text === null) return null;
  if (!prefersHtml(request.headers.get('accept'))) {
    text.headers.set('vary', 'Accept');
    return text;
  }
  const { status, title, about } = problemTable[code as ProblemReason];
  const content = (
    <>
      <h1>{title}</h1>
      <p class="lead">{about}</p>
      <dl class="facts">
        <dt>Code</dt>
        <dd>
          <code>{code}</code>
        </dd>
        <dt>Status</dt>
        <dd>{status}</dd>
      </dl>
      <p>
        Every answer that says no carries its code (RFC 9457). <a href="/docs">How the API is used</a>
      </p>
    </>
  );
  return pageAnswer(
    { title, place: '/docs', content },
    { cacheControl: 'public, max-age=3600', headers: { vary: 'Accept' } },
  );
}

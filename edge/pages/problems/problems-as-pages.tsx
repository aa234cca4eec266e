/** A problem for who reads HTML: the same status and words as a page, and not as JSON. */
import type { MiddlewareHandler } from 'hono';
import * as z from 'zod';
import { PROBLEM_CONTENT_TYPE, problemSchema } from '../../../shared/problem.ts';
import { pageAnswer } from '../page.tsx';
import { prefersHtml } from './prefers-html.ts';

/** Fields of a problem that the page keeps: what its status asks for. */
const KEPT = [
  'allow',
  'accept',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'www-authenticate',
  'content-range',
];

const shownSchema = problemSchema.extend({
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
type Shown = z.infer<typeof shownSchema>;

export const problemsAsPages: MiddlewareHandler = async function showProblem(context, next) {
  await next();
  const { res } = context;
  if (res.status < 400 || res.headers.get('content-type') !== PROBLEM_CONTENT_TYPE) return;
  context.header('vary', 'Accept', { append: true });
  if (!prefersHtml(context.req.header('accept') ?? null)) return;
  const problem = shownSchema.parse(await res.clone().json());
  const headers = Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = res.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const { status, title } = problem;
  const content = <ProblemView problem={problem} />;
  // Else its fields would be added to those of the page.
  context.res = undefined;
  context.res = pageAnswer(
    { title, place: null, content },
    { status, headers: { ...headers, vary: 'Accept' } },
  );
};

function ProblemView({
  problem: { title, detail, status, code, errors = [], type },
}: {
  readonly problem: Shown;
}) {
  return (
    <>
      <h1>{title}</h1>
      <p class="lead">{detail}</p>
      {errors.length === 0 ? null : (
        <ul class="text">
          {errors.map((error) => (
            <li>
              <code>{error.pointer}</code>: {error.detail}
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href={type}>What this means</a> <span class="soft">{`(status ${status}, ${code})`}</span>
      </p>
      <p>
        <a class="button quiet" href="/">
          Look something up
        </a>
      </p>
    </>
  );
}

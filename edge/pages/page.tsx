/** A whole HTML document, and the answer that carries it. No page needs a script, and none may run one. */
import type { Child } from 'hono/jsx';
import { utf8 } from '../../shared/bytes.ts';
import { Mark } from './parts/mark.tsx';
import { STYLE_PATH } from './serve-style.ts';

export type Page = {
  /** Of the document, before the name of the site. */
  readonly title: string;
  /** The path of the part of the site it stands in; null where it stands in none. */
  readonly place: (typeof PLACES)[number]['path'] | null;
  readonly content: Child;
};

const PLACES = [
  { path: '/', name: 'Look up' },
  { path: '/models', name: 'Models' },
  { path: '/diagnose', name: 'Diagnose' },
  { path: '/docs', name: 'API' },
  { path: '/fleet', name: 'Fleet' },
] as const;

/** Everything is of this origin, nothing is a script, and no other site frames it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function pageAnswer(
  page: Page,
  { status = 200, cacheControl = 'no-store', headers = {} }: AnswerOptions = {},
): Response {
  const html = utf8(`<!doctype html>${(<Document {...page} />).toString()}`);
  return new Response(html, {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(html.length),
      'cache-control': cacheControl,
      'content-security-policy': CONTENT_SECURITY_POLICY,
    },
  });
}

type AnswerOptions = {
  readonly status?: number;
  readonly cacheControl?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

function Document({ title, place, content }: Page) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Cistern`}</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={STYLE_PATH} />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="top">
          <div class="frame">
            <a class="brand" href="/">
              <Mark />
              Cistern
            </a>
            <nav aria-label="Main">
              {PLACES.map(({ path, name }) => (
                <a href={path} {...(path === place ? { 'aria-current': 'page' } : {})}>
                  {name}
                </a>
              ))}
            </nav>
          </div>
        </header>
        <main id="content" class="frame">
          {content}
        </main>
        <footer class="foot">
          <div class="frame">
            <p>
              {place === '/fleet'
                ? 'What is changed here is written to the audit log.'
                : 'What you type or paste into these pages is answered and not stored.'}
            </p>
          </div>
        </footer>
      </body>
    </html>
  );
}

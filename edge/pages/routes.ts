/** The pages' part of the route table. Each works without a script; what asks something costs like a question. */
import type { Hono, MiddlewareHandler } from 'hono';
import { resource } from '../http/resource.ts';
import { getLookUp } from './lookup/get-look-up.ts';
import { serveIcon } from './parts/mark.tsx';
import { serveStyle } from './serve-style.ts';

type PageDeps = { readonly db: D1Database };
type Guards = {
  readonly reads: readonly MiddlewareHandler[];
  readonly questions: readonly MiddlewareHandler[];
};

export function addPages(app: Hono, { db }: PageDeps, { reads, questions }: Guards): void {
  resource(app, '/', questions, { GET: (request) => getLookUp(db, request) });
  resource(app, '/style/:file', reads, { GET: (_, param) => serveStyle(param('file')) });
  resource(app, '/icon.svg', reads, { GET: serveIcon });
}

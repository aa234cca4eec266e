/** `GET /docs`: how the API is used, made from its own description. */
import { pageAnswer } from '../page.tsx';
import { describedOperations } from './described.ts';
import { DocsPage } from './docs-page.tsx';

export function getDocs(request: Request): Response {
  const { origin } = new URL(request.url);
  const content = <DocsPage origin={origin} operations={describedOperations()} />;
  return pageAnswer({ title: 'API', place: '/docs', content }, { cacheControl: 'public, max-age=3600' });
}

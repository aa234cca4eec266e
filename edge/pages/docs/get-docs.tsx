/** `GET /docs`: how the API is used, made from its own description. */
import document from '../../openapi/openapi.json' with { type: 'json' };
import { pageAnswer } from '../page.tsx';
import { type Described, DocsPage } from './docs-page.tsx';

export function getDocs(request: Request): Response {
  const { origin } = new URL(request.url);
  const content = <DocsPage origin={origin} operations={describedOperations()} />;
  return pageAnswer({ title: 'API', place: '/docs', content }, { cacheControl: 'public, max-age=3600' });
}

/** Every operation, in the order of the document. */
export function describedOperations(): readonly Described[] {
  const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Described['operation']>>>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** `GET /openapi.json`: the description as it was generated and checked in. */
import { utf8 } from '../../shared/bytes.ts';
import document from './openapi.json' with { type: 'json' };

const TEXT = utf8(JSON.stringify(document));

export function serveOpenapi(): Response {
  return new Response(TEXT, {
    headers: {
      'content-type': 'application/json',
      'content-length': String(TEXT.length),
      'cache-control': 'public, max-age=3600',
    },
  });
}

/** `GET /openapi.json`: the description as it was generated and checked in. */
import document from './openapi.json' with { type: 'json' };

const TEXT = JSON.stringify(document);

export function serveOpenapi(): Response {
  return new Response(TEXT, {
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' },
  });
}

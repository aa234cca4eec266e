/**
 * HTTP whose way out is looked for when the first request wants it, and again as long as there is none: an interface
 * may be the very modem that lies in EDL, and what needs no network must not fail for want of it.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { Http, HttpFailure } from './http.ts';

export function lazyHttp(open: () => Result<Http, HttpFailure>): Http {
  let opened: Http | null = null;
  const way = (): Result<Http, HttpFailure> => {
    if (opened !== null) return ok(opened);
    const found = open();
    if (found.ok) opened = found.value;
    return found;
  };
  return {
    get: async (...request) => {
      const http = way();
      return http.ok ? http.value.get(...request) : err(http.failure);
    },
    getStream: async (...request) => {
      const http = way();
      return http.ok ? http.value.getStream(...request) : err(http.failure);
    },
    post: async (...request) => {
      const http = way();
      return http.ok ? http.value.post(...request) : err(http.failure);
    },
    close: async () => opened?.close(),
  };
}

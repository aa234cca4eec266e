/** The updater's HTTP with a man in the middle: what he changes, the updater must notice. */
import type { Http, HttpAnswer, HttpStream } from '../../device/http/http.ts';
import { ok } from '../../shared/result.ts';

export type Tamper = { readonly path: RegExp; readonly change: (body: Uint8Array) => Uint8Array };

/** Changes the body of every answer whose path matches; lengths follow the body. */
export function tamperingHttp(
  http: Http,
  { path, change }: Tamper,
): Http & { readonly tampered: () => number } {
  let tampered = 0;
  const isWanted = (url: string) => path.test(new URL(url).pathname);
  return {
    ...http,
    tampered: () => tampered,
    get: async (url, options, signal) => {
      const answer = await http.get(url, options, signal);
      if (!answer.ok || !isWanted(url)) return answer;
      tampered += 1;
      const changed: HttpAnswer = { ...answer.value, bytes: change(answer.value.bytes) };
      return ok(changed);
    },
    getStream: async (url, options, signal) => {
      const answer = await http.getStream(url, options, signal);
      if (!answer.ok || !isWanted(url)) return answer;
      tampered += 1;
      const parts: Uint8Array[] = [];
      for await (const part of answer.value.body) if (part.ok) parts.push(part.value);
      const body = change(Buffer.concat(parts));
      const headers = { ...answer.value.headers, 'content-length': String(body.length) };
      const changed: HttpStream = {
        status: answer.value.status,
        headers,
        body: once(body),
        discard: () => {},
      };
      return ok(changed);
    },
  };
}

async function* once(body: Uint8Array) {
  yield ok(body);
}

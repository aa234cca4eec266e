/** Remembers what was read while it was verified, so that exactly those bytes are copied. */
import { ok } from '../../shared/result.ts';
import type { Get } from '../repository/metadata-fetcher.ts';

export type Recording = {
  readonly get: Get;
  /** Bytes of the last 200 for a URL. */
  readonly bytesOf: (url: string) => Uint8Array<ArrayBuffer> | undefined;
};

/** `isKept` says which URLs are worth the memory: metadata, not chunks. */
export function recordGet(get: Get, isKept: (url: string) => boolean): Recording {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    bytesOf: (url) => kept.get(url),
    async get(url, maxBytes) {
      const answer = await get(url, maxBytes);
      if (answer.ok && answer.value.status === 200 && isKept(url)) kept.set(url, answer.value.body);
      return answer.ok ? ok(answer.value) : answer;
    },
  };
}

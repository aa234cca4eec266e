/** What an answer to a request for a chunk, or for the rest of one, allows us to do with it. Pure. */
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import type { HttpHeaders } from '../http/http.ts';
import { retryAfterMs } from './backoff.ts';
import { ENCODING_MAX_CHARS, ETAG_MAX_CHARS } from './limits.ts';

export type ChunkRequest = {
  /** Where the rest begins; null when the whole chunk was asked for. */
  readonly fromBytes: number | null;
  /** Strong ETag of what is already there. */
  readonly etag: string | null;
};

export type ChunkVerdict =
  /** The body goes to `fromBytes`, and may not go beyond `endBytes`; the chunk ends at `totalBytes`. */
  | {
      readonly take: 'rest';
      readonly fromBytes: number;
      readonly endBytes: number;
      readonly totalBytes: number;
    }
  /** The body is the chunk from its beginning; what is there already goes. */
  | { readonly take: 'whole' }
  /** The range that came is not the one that was asked for: begin again, and ask for no range. */
  | { readonly take: 'again' }
  /** Something on the way refuses ranges, perhaps: the whole chunk may be had, and what is there stays until it comes. */
  | { readonly take: 'unranged' }
  | { readonly take: 'too-large' }
  /** The body is compressed or the like, though identity alone was accepted: its bytes are not the chunk's. */
  | { readonly take: 'encoded'; readonly encoding: string }
  /** A page for people: of a network that wants a login, mostly. */
  | { readonly take: 'page' }
  | { readonly take: 'later'; readonly retryAfterMs: number | null }
  | { readonly take: 'never' };

const LATER = new Set([408, 425, 429, 500, 502, 503, 504]);

export function judgeAnswer(
  request: ChunkRequest,
  answer: { readonly status: number; readonly headers: HttpHeaders },
  nowMs: number,
): ChunkVerdict {
  const { status, headers } = answer;
  const encoding = headers['content-encoding'] ?? 'identity';
  if ((status === 200 || status === 206) && encoding !== 'identity')
    return { take: 'encoded', encoding: encoding.slice(0, ENCODING_MAX_CHARS) };
  if ((status === 200 || status === 206) && /^text\/html\b/i.test(headers['content-type'] ?? ''))
    return { take: 'page' };
  if (status === 200) return declaresTooMuch(headers) ? { take: 'too-large' } : { take: 'whole' };
  if (status === 206) return judgeRange(request, headers);
  if (status === 416 && request.fromBytes !== null) return { take: 'again' };
  if (LATER.has(status)) return { take: 'later', retryAfterMs: retryAfterMs(headers['retry-after'], nowMs) };
  return { take: request.fromBytes === null ? 'never' : 'unranged' };
}

/** RFC 9110 section 15.3.7: a 206 is trusted as far as its Content-Range says what we asked for. */
function judgeRange(request: ChunkRequest, headers: HttpHeaders): ChunkVerdict {
  const { fromBytes, etag } = request;
  const range = /^bytes (\d{1,10})-(\d{1,10})\/(\d{1,10})$/.exec(headers['content-range'] ?? '');
  if (fromBytes === null || range === null) return { take: 'again' };
  const [first, last, totalBytes] = [Number(range[1]), Number(range[2]), Number(range[3])];
  if (totalBytes > CHUNK_STORED_MAX_BYTES) return { take: 'too-large' };
  if (first !== fromBytes || last < first || last >= totalBytes) return { take: 'again' };
  const answered = strongEtag(headers);
  if (etag !== null && answered !== null && answered !== etag) return { take: 'again' };
  return { take: 'rest', fromBytes, endBytes: last + 1, totalBytes };
}

function declaresTooMuch(headers: HttpHeaders): boolean {
  return (declaredBytes(headers) ?? 0) > CHUNK_STORED_MAX_BYTES;
}

/** Length of the body; null where the answer does not say it. */
export function declaredBytes(headers: HttpHeaders): number | null {
  const length = headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(length) ? Number(length) : null;
}

/** The ETag if it is strong; a weak one proves nothing about bytes (RFC 9110 section 13.1.5). */
export function strongEtag(headers: HttpHeaders): string | null {
  const etag = headers.etag ?? '';
  return etag.length <= ETAG_MAX_CHARS && /^"[\x21\x23-\x7e]*"$/.test(etag) ? etag : null;
}

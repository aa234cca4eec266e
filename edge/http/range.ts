/**
 * The Range field (RFC 9110 section 14): a single range of bytes, or nothing that we act on.
 *
 * R2 is never given the client's field: it answers 200 to what deserves 416 and ignores If-Range.
 */

export type RangeRequest =
  | { readonly kind: 'from'; readonly firstByte: number; readonly lastByte: number | null }
  | { readonly kind: 'last'; readonly lengthBytes: number };

export type ByteRange = { readonly offsetBytes: number; readonly lengthBytes: number };

const SINGLE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/** What the field asks for; `null` where it is malformed or of several ranges, which means: send the whole. */
export function parseRange(field: string | null): RangeRequest | null {
  const match = SINGLE_RANGE.exec(field ?? '');
  if (match === null) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') return { kind: 'last', lengthBytes: safeInteger(last) };
  if (last === '') return { kind: 'from', firstByte: safeInteger(first), lastByte: null };
  const range = { kind: 'from', firstByte: safeInteger(first), lastByte: safeInteger(last) } as const;
  return range.lastByte < range.firstByte ? null : range;
}

/** The bytes of a representation that a request means; `null`: not satisfiable (RFC 9110 section 15.5.17). */
export function resolveRange(range: RangeRequest, sizeBytes: number): ByteRange | null {
  if (range.kind === 'last') {
    const lengthBytes = Math.min(range.lengthBytes, sizeBytes);
    return lengthBytes === 0 ? null : { offsetBytes: sizeBytes - lengthBytes, lengthBytes };
  }
  if (range.firstByte >= sizeBytes) return null;
  const lastByte = Math.min(range.lastByte ?? sizeBytes - 1, sizeBytes - 1);
  return { offsetBytes: range.firstByte, lengthBytes: lastByte - range.firstByte + 1 };
}

/** No object is larger than 2^53 bytes, so a longer number means "past the end" all the same. */
function safeInteger(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

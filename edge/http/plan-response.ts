/**
 * Which of 200, 206, 304, 412 and 416 a GET or HEAD of stored bytes gets, and its header fields. Pure; who sends
 * the bytes (R2 or memory) follows the plan.
 */
import { evaluateConditions, rangeApplies, type Validators } from './conditions.ts';
import { type ByteRange, parseRange, resolveRange } from './range.ts';

export type Representation = Validators & {
  readonly sizeBytes: number;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Value of Repr-Digest (RFC 9530): of the whole representation, also where a part is sent; null where unknown. */
  readonly reprDigest: string | null;
};

export type ResponsePlan =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'not-modified' }
  | { readonly kind: 'precondition-failed' }
  | { readonly kind: 'range-not-satisfiable' };

/** RFC 9110 section 13.2.2, step 5 last; Range is defined for GET alone (section 14.2). */
export function planResponse(
  request: { readonly method: string; readonly headers: Pick<Headers, 'get'> },
  representation: Representation,
): ResponsePlan {
  const decision = evaluateConditions(request.headers, representation);
  if (decision !== 'proceed') return { kind: decision };
  const asked = request.method === 'GET' ? parseRange(request.headers.get('range')) : null;
  if (asked === null || !rangeApplies(request.headers, representation)) return { kind: 'whole' };
  const range = resolveRange(asked, representation.sizeBytes);
  return range === null ? { kind: 'range-not-satisfiable' } : { kind: 'part', range };
}

/** Header fields of a 200, 206 or 304. */
export function representationHeaders(
  plan: Extract<ResponsePlan, { kind: 'whole' | 'part' | 'not-modified' }>,
  representation: Representation,
): Record<string, string> {
  const validators = {
    etag: representation.etag,
    'last-modified': representation.lastModified.toUTCString(),
    'cache-control': representation.cacheControl,
    'accept-ranges': 'bytes',
  };
  if (plan.kind === 'not-modified') return validators;
  const { contentType, reprDigest } = representation;
  const digest = reprDigest === null ? {} : { 'repr-digest': reprDigest };
  const fields = { ...validators, ...digest, 'content-type': contentType };
  if (plan.kind === 'whole') return { ...fields, 'content-length': String(representation.sizeBytes) };
  const { offsetBytes, lengthBytes } = plan.range;
  const lastByte = offsetBytes + lengthBytes - 1;
  return {
    ...fields,
    'content-length': String(lengthBytes),
    'content-range': `bytes ${offsetBytes}-${lastByte}/${representation.sizeBytes}`,
  };
}

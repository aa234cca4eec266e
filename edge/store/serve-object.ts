/**
 * GET and HEAD of an R2 object by RFC 9110: one R2 operation for what is asked for well, two where a range turns
 * out not to apply. Bodies are streamed; they never pass through this isolate's memory as a whole.
 */
import { planResponse, type Representation, representationHeaders } from '../http/plan-response.ts';
import { problemResponse } from '../http/problem.ts';
import { parseRange, type RangeRequest } from '../http/range.ts';
import { refusePlan } from '../http/refuse-plan.ts';
import { storedSha256 } from './put-once.ts';

export type ServePolicy = { readonly contentType: string; readonly cacheControl: string };

/** For what is addressed by its content or its version. */
export const IMMUTABLE = 'public, max-age=31536000, immutable, no-transform';

/** The response, or `null` where there is no such object. */
export async function serveObject(
  bucket: R2Bucket,
  key: string,
  request: Request,
  policy: ServePolicy,
): Promise<Response | null> {
  const asked = request.method === 'GET' ? parseRange(request.headers.get('range')) : null;
  const found = request.method === 'HEAD' ? await bucket.head(key) : await getRanged(bucket, key, asked);
  if (found === null) return null;

  const representation = represent(found, policy);
  const plan = planResponse(request, representation);
  const body = bodyOf(found);
  switch (plan.kind) {
    case 'precondition-failed':
    case 'range-not-satisfiable':
      await body?.cancel();
      return problemResponse(refusePlan(plan.kind, representation.sizeBytes));
    case 'not-modified':
      await body?.cancel();
      return new Response(null, { status: 304, headers: representationHeaders(plan, representation) });
    case 'part':
      return new Response(body, { status: 206, headers: representationHeaders(plan, representation) });
    case 'whole':
      if (request.method === 'HEAD' || asked === null)
        return new Response(body, { headers: representationHeaders(plan, representation) });
      await body?.cancel();
      return serveObject(bucket, key, withoutRange(request), policy);
  }
}

function bodyOf(object: R2Object | R2ObjectBody): ReadableStream | null {
  return 'body' in object ? object.body : null;
}

/** The object with the body that is asked for, its end clamped; without a body where nothing is satisfiable. */
async function getRanged(
  bucket: R2Bucket,
  key: string,
  asked: RangeRequest | null,
): Promise<R2Object | R2ObjectBody | null> {
  if (asked === null) return bucket.get(key);
  const range = r2Range(asked);
  if (range === null) return bucket.head(key);
  try {
    return await bucket.get(key, { range });
  } catch (error) {
    if (error instanceof Error && error.message.includes('10039')) return bucket.head(key);
    throw error;
  }
}

/** R2 refuses empty ranges by throwing; they are never satisfiable. */
function r2Range(asked: RangeRequest): R2Range | null {
  if (asked.kind === 'last') return asked.lengthBytes === 0 ? null : { suffix: asked.lengthBytes };
  if (asked.lastByte === null) return { offset: asked.firstByte };
  return { offset: asked.firstByte, length: asked.lastByte - asked.firstByte + 1 };
}

/**
 * The strong validator is the digest of the stored bytes, not the id in the URL: a chunk's id is the digest of
 * what it holds uncompressed, and two stores may hold it compressed differently.
 */
function represent(object: R2Object, policy: ServePolicy): Representation {
  const digest = storedSha256(object);
  return {
    ...policy,
    etag: digest === null ? object.httpEtag : `"sha256-${digest}"`,
    lastModified: object.uploaded,
    sizeBytes: object.size,
  };
}

function withoutRange(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.delete('range');
  return new Request(request.url, { method: request.method, headers });
}

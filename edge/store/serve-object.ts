/**
 * GET and HEAD of a stored object by RFC 9110: one operation of the store for what is asked for well, two where a precondition
 * or a range turns out to ask for the whole. Bodies are streamed; they never pass through this isolate's memory as a whole.
 */
import { toHex } from '../../shared/bytes.ts';
import { digestFieldOf } from '../../shared/digest.ts';
import { planResponse, type Representation, representationHeaders } from '../http/plan-response.ts';
import { problemResponse } from '../http/problem.ts';
import { parseRange, type RangeRequest } from '../http/range.ts';
import { refusePlan } from '../http/refuse-plan.ts';
import type { ObjectStore, StoredBody, StoredObject } from './object-store.ts';
import { storedDigest } from './put-once.ts';

export type ServePolicy = { readonly contentType: string; readonly cacheControl: string };

/** For what is addressed by its content or its version. */
export const IMMUTABLE = 'public, max-age=31536000, immutable, no-transform';

/** Fields that are judged before a body is asked for, so that a 304 moves no bytes inside either. */
const PRECONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'] as const;

/** The response, or `null` where there is no such object. */
export async function serveObject(
  bucket: ObjectStore,
  key: string,
  request: Request,
  policy: ServePolicy,
): Promise<Response | null> {
  const asked = request.method === 'GET' ? parseRange(request.headers.get('range')) : null;
  const needsNoBody = request.method === 'HEAD' || PRECONDITIONS.some((name) => request.headers.has(name));
  const found = needsNoBody ? await bucket.head(key) : await getRanged(bucket, key, asked);
  if (found === null) return null;

  const representation = represent(found, policy);
  const plan = planResponse(request, representation);
  if (plan.kind === 'precondition-failed' || plan.kind === 'range-not-satisfiable') {
    return problemResponse(refusePlan(plan.kind, representation.sizeBytes));
  }
  const headers = representationHeaders(plan, representation);
  if (plan.kind === 'not-modified') return new Response(null, { status: 304, headers });
  if (request.method === 'HEAD') return new Response(null, { headers });
  const body = bodyOf(found);
  if (plan.kind === 'part' && body !== null) return new Response(body, { status: 206, headers });
  if (plan.kind === 'whole' && body !== null && asked === null) return new Response(body, { headers });

  await body?.cancel();
  const settled = plan.kind === 'whole' ? [...PRECONDITIONS, 'range'] : PRECONDITIONS;
  return serveObject(bucket, key, without(request, settled), policy);
}

function bodyOf(object: StoredObject | StoredBody): ReadableStream | null {
  return 'body' in object ? object.body : null;
}

/** The object with the body that is asked for, its end clamped; without a body where nothing is satisfiable. */
async function getRanged(
  bucket: ObjectStore,
  key: string,
  asked: RangeRequest | null,
): Promise<StoredObject | StoredBody | null> {
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
function represent(object: StoredObject, policy: ServePolicy): Representation {
  const digest = storedDigest(object);
  return {
    ...policy,
    etag: digest === null ? object.httpEtag : `"sha256-${toHex(digest)}"`,
    reprDigest: digest === null ? null : digestFieldOf(digest),
    lastModified: object.uploaded,
    sizeBytes: object.size,
  };
}

function without(request: Request, fields: readonly string[]): Request {
  const headers = new Headers(request.headers);
  for (const name of fields) headers.delete(name);
  return new Request(request.url, { method: request.method, headers });
}

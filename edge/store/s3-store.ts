/**
 * The bucket of the firmware in a store that speaks the S3 API, instead of R2: AWS, Ceph, MinIO, Swift. Requests are
 * signed with their SHA-256, so the store refuses bytes that were damaged on the way.
 *
 * Objects are created with `If-None-Match: *` and replaced with `If-Match`, so that two writers never overwrite each
 * other. A store that does not know these (Swift: 501) is asked first what is there, which leaves the width of one request.
 */
import { SHA256_METADATA } from '../../shared/bucket-keys.ts';
import { fromUtf8, toHex, utf8 } from '../../shared/bytes.ts';
import { S3_LIST_MAX_BYTES } from '../limits.ts';
import type { ObjectStore, PutOptions, StoredBody, StoredObject } from './object-store.ts';
import { readWhole } from './read-whole.ts';
import { openS3Client, type S3Outside, type S3Settings } from './s3-client.ts';
import { metadataFields, readMetadata } from './s3-metadata.ts';

const NOT_FOUND = 404;
const RANGE_NOT_SATISFIABLE = 416;
const NOT_IMPLEMENTED = 501;

export function openS3Store(settings: S3Settings, outside: S3Outside): ObjectStore {
  const send = openS3Client(settings, outside);
  let knowsConditions = true;

  const head = async (key: string) => {
    const answer = await send({ method: 'HEAD', key, expects: [NOT_FOUND] });
    return answer.status === NOT_FOUND ? null : describe(key, answer);
  };
  const write = (key: string, bytes: Uint8Array<ArrayBuffer>, options: PutOptions, condition: Fields) => {
    const digest = toHex(options.sha256);
    const metadata = { ...options.customMetadata, [SHA256_METADATA]: digest };
    const headers = { ...condition, ...metadataFields(metadata), 'x-amz-content-sha256': digest };
    return send({ method: 'PUT', key, headers, body: bytes, expects: [409, 412, NOT_IMPLEMENTED] });
  };

  async function get(key: string): Promise<StoredBody | null>;
  async function get(key: string, options: { range: R2Range }): Promise<StoredBody | StoredObject | null>;
  async function get(key: string, options?: { range: R2Range }) {
    const headers: Fields = options === undefined ? {} : { range: rangeField(options.range) };
    const answer = await send({ method: 'GET', key, headers, expects: [NOT_FOUND, RANGE_NOT_SATISFIABLE] });
    if (answer.ok) return withBody(key, answer);
    await answer.body?.cancel();
    return answer.status === NOT_FOUND ? null : head(key);
  }

  return {
    head,
    get,
    async put(key, content, options) {
      const bytes = typeof content === 'string' ? utf8(content) : content;
      if (knowsConditions) {
        const answer = await write(key, bytes, options, conditionOf(options.onlyIf));
        await answer.body?.cancel();
        if (answer.ok) return written(key, bytes, answer, outside.nowMs());
        if (answer.status !== NOT_IMPLEMENTED) return null;
        knowsConditions = false;
      }
      const there = await head(key);
      const wanted = 'etagMatches' in options.onlyIf ? options.onlyIf.etagMatches : null;
      if ((there?.etag ?? null) !== wanted) return null;
      const answer = await write(key, bytes, options, {});
      await answer.body?.cancel();
      if (!answer.ok)
        throw new Error(`the S3 store answered ${answer.status} to an unconditional PUT of ${key}`);
      return written(key, bytes, answer, outside.nowMs());
    },
    async list({ prefix, startAfter }) {
      const query = { 'list-type': '2', 'encoding-type': 'url', prefix };
      const from = startAfter === undefined ? {} : { 'start-after': startAfter };
      const answer = await send({ method: 'GET', query: { ...query, ...from } });
      const page = await readWhole(answer, `a listing of ${prefix}`, S3_LIST_MAX_BYTES);
      return readListing(fromUtf8(page) ?? '');
    },
  };
}

type Fields = Readonly<Record<string, string>>;

function conditionOf(onlyIf: PutOptions['onlyIf']): Fields {
  return 'etagMatches' in onlyIf ? { 'if-match': `"${onlyIf.etagMatches}"` } : { 'if-none-match': '*' };
}

/** RFC 9110 section 14.1.2. */
function rangeField(range: R2Range): string {
  if ('suffix' in range) return `bytes=-${range.suffix}`;
  const { offset = 0, length } = range;
  return `bytes=${offset}-${length === undefined ? '' : offset + length - 1}`;
}

function describe(key: string, { headers }: Response): StoredObject {
  const httpEtag = headers.get('etag') ?? '';
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? headers.get('content-length');
  const uploaded = new Date(headers.get('last-modified') ?? '');
  if (httpEtag === '' || total === null || Number.isNaN(uploaded.getTime()))
    throw new Error(`the S3 store does not say ETag, length and Last-Modified of ${key}`);
  return {
    key,
    size: Number(total),
    etag: unquoted(httpEtag),
    httpEtag,
    uploaded,
    customMetadata: readMetadata(headers),
    checksums: {},
  };
}

function withBody(key: string, answer: Response): StoredBody {
  const bytes = () => readWhole(answer, key);
  const text = async () => new TextDecoder().decode(await bytes());
  return {
    ...describe(key, answer),
    // As it is: it goes on to a device, as slowly as that takes it.
    body: answer.body ?? new Blob([]).stream(),
    bytes,
    text,
    json: async () => JSON.parse(await text()),
  };
}

/** A PUT is answered with the tag alone; the rest is what was sent. */
function written(key: string, bytes: Uint8Array, { headers }: Response, nowMs: number): StoredObject {
  const httpEtag = headers.get('etag') ?? '';
  const uploaded = new Date(headers.get('date') ?? nowMs);
  return { key, size: bytes.length, etag: unquoted(httpEtag), httpEtag, uploaded, checksums: {} };
}

function unquoted(tag: string): string {
  return tag.replace(/^"|"$/g, '');
}

/** Keys come percent-encoded (`encoding-type`), so that nothing of them is markup. */
function readListing(xml: string): Awaited<ReturnType<ObjectStore['list']>> {
  const objects = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => ({
    key: decodeURIComponent(key),
  }));
  const truncated = /<IsTruncated>(true|false)<\/IsTruncated>/.exec(xml)?.[1];
  if (truncated === undefined) throw new Error('the S3 store answered no listing');
  return { objects, truncated: truncated === 'true' };
}

/**
 * A repository in a bucket of an S3 API: R2, AWS, Ceph, Swift, MinIO. Objects are created with `If-None-Match: *` and
 * replaced with `If-Match`, so that two writers never overwrite each other; stores that do not know these (Swift: 501)
 * are asked first what is there, which leaves the width of one request.
 */
import { createHash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import type { S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3';
import { SHA256_METADATA } from '../../shared/bucket-keys.ts';
import { concatBytes } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import {
  STORE_ATTEMPTS_MAX,
  STORE_BODY_TIMEOUT_MS,
  STORE_CONNECT_TIMEOUT_MS,
  STORE_LIST_PAGE,
  STORE_REQUEST_TIMEOUT_MS,
} from '../limits.ts';
import type { ObjectStore, StoreFailure } from './object-store.ts';

export type S3Location = {
  readonly bucket: string;
  /** Without slashes at either end; empty for the whole bucket. */
  readonly prefix: string;
  /** Null for AWS itself. */
  readonly endpoint: string | null;
  readonly region: string;
  /** Null: what the SDK finds (profiles, roles of the machine). */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  } | null;
  /** For an object's content to come whole; else STORE_BODY_TIMEOUT_MS. */
  readonly bodyTimeoutMs?: number;
};

const NOT_IMPLEMENTED = 501;
const IMMUTABLE = 'public, max-age=31536000, immutable';
const SHORT_LIVED = 'public, max-age=60';

/** Bound to `signal`: an interruption ends every request of the store. */
export async function openS3Store(location: S3Location, signal: AbortSignal): Promise<ObjectStore> {
  // The SDK is large, and most commands need none of it.
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client(clientOptions(location));
  const { bucket: Bucket, prefix } = location;
  const name = `s3://${Bucket}${prefix === '' ? '' : `/${prefix}`}`;
  const below = prefix === '' ? '' : `${prefix}/`;
  const at = (key: string) => ({ Bucket, Key: `${below}${key}` });
  const options = { abortSignal: signal };
  let knowsConditions = true;

  const attempt = async <T>(
    work: () => Promise<Result<T, StoreFailure>>,
  ): Promise<Result<T, StoreFailure>> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      return err(failureOf(error, name));
    }
  };
  /** Null where there is no such object. */
  const orNull = async <T>(request: Promise<T>): Promise<T | null> => {
    try {
      return await request;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  };
  const head = (key: string) => orNull(client.send(new s3.HeadObjectCommand(at(key)), options));
  const put = (
    key: string,
    bytes: Uint8Array,
    rest: { CacheControl: string; IfNoneMatch?: string; IfMatch?: string },
  ) =>
    client.send(
      new s3.PutObjectCommand({
        ...at(key),
        Body: bytes,
        ContentMD5: createHash('md5').update(bytes).digest('base64'),
        Metadata: { [SHA256_METADATA]: createHash('sha256').update(bytes).digest('hex') },
        ContentType: key.endsWith('.json') ? 'application/json' : 'application/octet-stream',
        ...rest,
      }),
      options,
    );
  /** The condition holds in the store where it knows conditions, else it is looked at first. */
  const putIf = async (key: string, bytes: Uint8Array, tag: string | null, CacheControl: string) => {
    if (knowsConditions) {
      try {
        await put(key, bytes, { CacheControl, ...(tag === null ? { IfNoneMatch: '*' } : { IfMatch: tag }) });
        return true;
      } catch (error) {
        if (isTaken(error)) return false;
        if (statusOf(error) !== NOT_IMPLEMENTED) throw error;
        knowsConditions = false;
      }
    }
    const there = await head(key);
    if ((there === null ? null : (there.ETag ?? '')) !== tag) return false;
    await put(key, bytes, { CacheControl });
    return true;
  };

  return {
    name,
    get: (key, maxBytes) =>
      attempt(async () => {
        const answer = await orNull(client.send(new s3.GetObjectCommand(at(key)), options));
        if (answer === null) return ok(null);
        const late = AbortSignal.timeout(location.bodyTimeoutMs ?? STORE_BODY_TIMEOUT_MS);
        const bytes = await readBody(
          answer.Body as Readable | undefined,
          maxBytes,
          AbortSignal.any([signal, late]),
        );
        if (bytes === null) return err({ reason: 'object-too-large', store: name, key, maxBytes } as const);
        return ok({ bytes, tag: answer.ETag ?? '' });
      }),
    has: (key) => attempt(async () => ok((await head(key)) !== null)),
    create: (key, bytes) =>
      attempt(async () => ok((await putIf(key, bytes, null, IMMUTABLE)) ? 'stored' : 'was-there')),
    replace: (key, bytes, tag) =>
      attempt(async () => ok((await putIf(key, bytes, tag, SHORT_LIVED)) ? 'stored' : 'taken')),
    async *list(listed) {
      let ContinuationToken: string | undefined;
      do {
        const request = { Bucket, Prefix: `${below}${listed}`, MaxKeys: STORE_LIST_PAGE, ContinuationToken };
        const page = await attempt(async () =>
          ok(await client.send(new s3.ListObjectsV2Command(request), options)),
        );
        if (!page.ok) {
          yield page;
          return;
        }
        for (const { Key = '', Size = 0, LastModified } of page.value.Contents ?? []) {
          const modifiedMs = LastModified?.getTime() ?? Number.POSITIVE_INFINITY;
          yield ok({ key: Key.slice(below.length), sizeBytes: Size, modifiedMs });
        }
        ContinuationToken = page.value.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    remove: (key) =>
      attempt(async () => {
        await client.send(new s3.DeleteObjectCommand(at(key)), options);
        return ok();
      }),
  };
}

function clientOptions({ endpoint, region, credentials }: S3Location): S3ClientConfig {
  return {
    region,
    maxAttempts: STORE_ATTEMPTS_MAX,
    // Buckets as host names need DNS that only the large providers have.
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === null ? {} : { credentials }),
    // Trailing checksums are an extension that few servers but AWS take.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: STORE_CONNECT_TIMEOUT_MS,
      requestTimeout: STORE_REQUEST_TIMEOUT_MS,
      // Of silence, also in the middle of an answer.
      socketTimeout: STORE_REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}

/**
 * Null where there is more than `maxBytes`; what came over is dropped. The SDK's times end with the first byte of an
 * answer, and an interruption too: the signal ends the body.
 */
async function readBody(
  body: Readable | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (body !== undefined) addAbortSignal(signal, body);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > maxBytes) return null;
    parts.push(part);
  }
  return concatBytes(parts);
}

/** What S3 servers answer where a condition does not hold: 412, or 409 while another request is at it. */
function isTaken(error: unknown): boolean {
  const status = statusOf(error);
  return status === 412 || status === 409;
}

function statusOf(error: unknown): number | undefined {
  return (error as S3ServiceException).$metadata?.httpStatusCode;
}

function failureOf(error: unknown, store: string): StoreFailure {
  const status = statusOf(error);
  if ((error as Error).name === 'AbortError')
    return { reason: 'store-unreachable', store, why: 'it stopped in the middle of an answer' };
  const { name, message } = error as Error;
  const why = `${name}${status === undefined ? '' : ` (${status})`}: ${message}`.slice(0, 300);
  const mayPass = status === undefined || status >= 500 || status === 429;
  return { reason: mayPass ? 'store-unreachable' : 'store-refused', store, why };
}

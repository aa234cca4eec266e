/** Requests to an S3 API, signed (AWS Signature Version 4), each ended by a time of its own. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { S3_READ_ATTEMPTS_MAX, S3_TIMEOUT_MS } from '../limits.ts';

export type S3Settings = {
  /** Origin of the API; buckets are its first path segment, because host names of buckets need DNS that few have. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

export type S3Outside = { readonly fetch: typeof fetch; readonly nowMs: () => number };

export type S3Request = {
  readonly method: 'HEAD' | 'GET' | 'PUT';
  /** None: the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Status codes beside 2xx that the caller makes something of; all others throw. */
  readonly expects?: readonly number[];
};

export function openS3Client(
  settings: S3Settings,
  outside: S3Outside,
): (request: S3Request) => Promise<Response> {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = settings;
  const { protocol, host, hostname, pathname } = new URL(endpoint);
  const below = `${pathname.replace(/\/$/, '')}/${bucket}`;
  const credentials = { accessKeyId, secretAccessKey };
  // S3 signs the path as it is sent; other services of AWS escape it once more.
  const signer = new SignatureV4({
    credentials,
    region,
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
  });

  async function sendOnce({ method, key, query = {}, headers = {}, body }: S3Request): Promise<Response> {
    const path = key === undefined ? below : `${below}/${key.split('/').map(escaped).join('/')}`;
    const signed = await signer.sign(
      {
        method,
        protocol,
        hostname,
        path,
        query: { ...query },
        headers: { ...headers, host },
        ...(body && { body }),
      },
      { signingDate: new Date(outside.nowMs()) },
    );
    const { host: _, ...fields } = signed.headers;
    const asked = Object.entries(query).map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
    const url = `${protocol}//${host}${path}${asked.length === 0 ? '' : `?${asked.join('&')}`}`;
    // The time is for the answer to begin. Bodies that are read here have one of their own (`read-whole.ts`).
    const ending = new AbortController();
    const timer = setTimeout(
      () => ending.abort(new Error(`no answer in ${S3_TIMEOUT_MS / 1000} s`)),
      S3_TIMEOUT_MS,
    );
    try {
      return await outside.fetch(url, {
        method,
        headers: fields,
        cache: 'no-store',
        redirect: 'manual',
        signal: ending.signal,
        ...(body && { body }),
      });
    } finally {
      clearTimeout(timer);
    }
  }

  return async function send(request) {
    const attemptsMax = request.method === 'PUT' ? 1 : S3_READ_ATTEMPTS_MAX;
    const { method, key = '', expects = [] } = request;
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === attemptsMax;
      const answer = await sendOnce(request).catch((error: unknown) => error as Error);
      if (answer instanceof Response) {
        if (answer.ok || expects.includes(answer.status)) return answer;
        await answer.body?.cancel();
      }
      const mayPass = answer instanceof Error || answer.status >= 500 || answer.status === 429;
      if (isLast || !mayPass)
        throw new Error(`the S3 store failed ${method} ${bucket}/${key}: ${whyOf(answer)}`);
    }
  };
}

function whyOf(answer: Response | Error): string {
  return answer instanceof Response ? `HTTP ${answer.status}` : answer.message;
}

/** RFC 3986's unreserved characters stay; all else is escaped, as signing wants it. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** SHA-256, or its HMAC where there is a key, in the form that the signer asks for. */
class Sha256 {
  private readonly hash: Hash | Hmac;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.hash =
      key === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof key === 'string' ? key : bytesOf(key));
  }
  update(part: Uint8Array): void {
    this.hash.update(part);
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.hash.digest());
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

function bytesOf(key: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(key)
    ? new Uint8Array(key.buffer, key.byteOffset, key.byteLength)
    : new Uint8Array(key);
}

/** What Swift does not show (`test/s3`): a store that knows conditions, answers that are lost, listings that go on. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SHA256_METADATA } from '../../shared/bucket-keys.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sha256 } from '../../shared/digest.ts';
import { S3_TIMEOUT_MS } from '../limits.ts';
import { metadataFields, readMetadata } from './s3-metadata.ts';
import { openS3Store } from './s3-store.ts';

const SETTINGS = {
  endpoint: 'https://s3.example:9000/below/',
  bucket: 'firmware',
  region: 'us-east-1',
  accessKeyId: 'key',
  secretAccessKey: 'secret',
};
const HEAD = { etag: '"tag"', 'content-length': '5', 'last-modified': 'Mon, 23 Nov 2026 08:00:00 GMT' };

type Store = ReturnType<typeof openS3Store>;
type Asked = { readonly method: string; readonly url: URL; readonly headers: Headers };

/** A store behind a server that gives these answers, one after another. */
function storeAnswering(...answers: readonly (Response | Error)[]) {
  const asked: Asked[] = [];
  const left = [...answers];
  const store = openS3Store(SETTINGS, {
    nowMs: () => Date.parse('2026-11-23T08:00:00Z'),
    fetch: async (input, init) => {
      asked.push({
        method: init?.method ?? '',
        url: new URL(String(input)),
        headers: new Headers(init?.headers),
      });
      const answer = left.shift();
      if (answer === undefined) throw new Error('asked once more than there are answers');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { store, asked };
}

const answer = (status: number, headers: Record<string, string> = {}, body: string | null = null) =>
  new Response(body, { status, headers });
const bytes = utf8('bytes');
const options = async (onlyIf: { etagDoesNotMatch: '*' } | { etagMatches: string }) => ({
  onlyIf,
  sha256: await sha256(bytes),
});
const CREATE = { etagDoesNotMatch: '*' } as const;

describe('a store of the S3 API', () => {
  it('creates under a condition, signed with the digest of the bytes', async () => {
    const { store, asked } = storeAnswering(answer(200, { etag: '"tag"' }));
    expect(await store.put('root/1.root.json', bytes, await options(CREATE))).toMatchObject({ etag: 'tag' });
    const [{ url, headers, method } = {} as Asked] = asked;
    expect(`${method} ${url}`).toBe('PUT https://s3.example:9000/below/firmware/root/1.root.json');
    expect(headers.get('if-none-match')).toBe('*');
    expect(headers.get(`x-amz-meta-${SHA256_METADATA}`)).toBe(headers.get('x-amz-content-sha256'));
    expect(headers.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=key\/20261123\/us-east-1\/s3\/aws4_request, SignedHeaders=\S*host;if-none-match;x-amz-content-sha256;x-amz-date;\S+, Signature=[0-9a-f]{64}$/,
    );
  });

  it.each([409, 412])('stores nothing where the condition does not hold: %i', async (status) => {
    const { store, asked } = storeAnswering(answer(status));
    expect(await store.put('a', bytes, await options({ etagMatches: 'read' }))).toBeNull();
    expect(asked[0]?.headers.get('if-match')).toBe('"read"');
  });

  it('looks first from then on where the store knows no conditions', async () => {
    const { store, asked } = storeAnswering(
      ...[answer(501), answer(404), answer(200, { etag: '"new"' }), answer(200, HEAD), answer(200, HEAD)],
      answer(200, { etag: '"next"' }),
    );
    expect(await store.put('a', bytes, await options(CREATE))).toMatchObject({ etag: 'new' });
    expect(await store.put('a', bytes, await options(CREATE))).toBeNull();
    expect(await store.put('a', bytes, await options({ etagMatches: 'tag' }))).toMatchObject({
      etag: 'next',
    });
    expect(asked.map(({ method }) => method)).toEqual(['PUT', 'HEAD', 'PUT', 'HEAD', 'HEAD', 'PUT']);
  });

  it('reads once more after an answer that was lost or a server that failed, and writes never twice', async () => {
    for (const failure of [new Error('reset'), answer(503)]) {
      const { store } = storeAnswering(failure, answer(200, HEAD));
      expect(await store.head('a')).toMatchObject({ size: 5, etag: 'tag' });
    }
    const { store } = storeAnswering(answer(503));
    await expect(store.put('a', bytes, await options(CREATE))).rejects.toThrow('PUT firmware/a: HTTP 503');
  });

  it.each([403, 301])('takes %i for no object that is missing', async (status) => {
    const { store } = storeAnswering(answer(status));
    await expect(store.get('a')).rejects.toThrow(`HTTP ${status}`);
  });

  it('tells the size of the whole with a part, and has no body behind the end', async () => {
    const part = { ...HEAD, 'content-length': '2', 'content-range': 'bytes 1-2/5' };
    const { store, asked } = storeAnswering(answer(206, part, 'yt'), answer(416), answer(200, HEAD));
    const found = await store.get('a', { range: { offset: 1, length: 2 } });
    expect(found).toMatchObject({ size: 5 });
    expect(asked[0]?.headers.get('range')).toBe('bytes=1-2');
    expect(await store.get('a', { range: { offset: 9 } })).not.toHaveProperty('body');
  });

  it('lists keys as they are called, and says when there are more', async () => {
    const page =
      '<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>chunks/0000/a%26b.cacnk</Key></Contents></ListBucketResult>';
    const { store, asked } = storeAnswering(answer(200, {}, page));
    expect(await store.list({ prefix: 'chunks/', startAfter: 'chunks/0' })).toEqual({
      objects: [{ key: 'chunks/0000/a&b.cacnk' }],
      truncated: true,
    });
    expect(asked[0]?.url.search).toBe(
      '?list-type=2&encoding-type=url&prefix=chunks%2F&start-after=chunks%2F0',
    );
  });
});

describe('a body that stalls after its first bytes', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['bytes', async ({ get }: Store) => (await get('a'))?.bytes()],
    ['text', async ({ get }: Store) => (await get('a'))?.text()],
    ['json', async ({ get }: Store) => (await get('a'))?.json()],
    ['a listing', ({ list }: Store) => list({ prefix: 'a' })],
  ])('is given up after the time of an answer: %s', async (_, read) => {
    vi.useFakeTimers();
    let isCancelled = false;
    const stalling = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes),
      cancel: () => {
        isCancelled = true;
      },
    });
    const { store } = storeAnswering(new Response(stalling, { status: 200, headers: HEAD }));
    const reading = expect(read(store)).rejects.toThrow('whole in 30 s');
    await vi.advanceTimersByTimeAsync(S3_TIMEOUT_MS);
    await reading;
    expect(isCancelled).toBe(true);
  });
});

it('custom metadata comes back whole, however long', () => {
  const metadata = { 'cistern-state': `{"a":"${'x'.repeat(700)}"}`, [SHA256_METADATA]: '0'.repeat(64) };
  const fields = metadataFields(metadata);
  for (const value of Object.values(fields)) expect(value.length).toBeLessThanOrEqual(256);
  expect(readMetadata(new Headers(fields))).toEqual(metadata);
});

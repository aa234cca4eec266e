import { beforeAll, describe, expect, it } from 'vitest';
import { chunkPath } from '../../shared/caibx.ts';
import { digestField, sha256Hex } from '../../shared/digest.ts';
import { CHUNK_MAX_BYTES, CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { aChunk, type Chunk, someBytes } from './a-publisher.ts';
import { anEdge, counting, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { mustStore } from './publish.ts';
import { rawFrame, windowedFrame, zeroFrame } from './zstd-frame.ts';

let edge: Edge;
let chunk: Chunk;
let url: string;

beforeAll(async () => {
  edge = await anEdge();
  chunk = await aChunk(someBytes(1, 100_000));
  url = `/v1/chunks/${chunkPath(chunk.id)}`;
  await mustStore(await edge.put(`/v1/operator/chunks/${chunkPath(chunk.id)}`, chunk.stored));
});

describe('GET /v1/chunks/…', () => {
  it('sends the stored bytes, to be kept for ever', async () => {
    const response = await edge.request(url);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(chunk.stored);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag: `"sha256-${await sha256Hex(chunk.stored)}"`,
      'repr-digest': await digestField(chunk.stored),
      'content-length': String(chunk.stored.length),
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable, no-transform',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=1000-1999', 1000, 1000],
    ['bytes=99000-', 99000, null],
    ['bytes=-500', -500, null],
    ['bytes=99000-999999999', 99000, null],
    ['bytes=-99999999', 0, null],
  ])('answers 206 to %s', async (range, start, length) => {
    const response = await edge.request(url, { headers: { range } });
    const wanted = chunk.stored.slice(start, length === null ? undefined : start + length);
    const first = start < 0 ? chunk.stored.length + start : start;
    expect(response.status).toBe(206);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(wanted);
    expect(response.headers.get('content-length')).toBe(String(wanted.length));
    expect(response.headers.get('repr-digest')).toBe(await digestField(chunk.stored));
    expect(response.headers.get('content-range')).toBe(
      `bytes ${first}-${first + wanted.length - 1}/${chunk.stored.length}`,
    );
  });

  it.each(['bytes=9999999-', 'bytes=9999999-99999999', 'bytes=-0'])(
    'answers 416 past the end: %s',
    async (range) => {
      const response = await edge.request(url, { headers: { range } });
      expect(response.headers.get('content-range')).toBe(`bytes */${chunk.stored.length}`);
      expect(await refusalOf(response)).toMatchObject({ status: 416, code: 'range-not-satisfiable' });
    },
  );

  it.each(['bytes=0-1,5-6', 'bytes=5-2', 'junk'])('sends the whole for %s', async (range) => {
    const response = await edge.request(url, { headers: { range } });
    expect(response.status).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBe(chunk.stored.length);
  });

  it('goes on with a download whose If-Range still holds', async () => {
    const etag = (await edge.request(url, { method: 'HEAD' })).headers.get('etag') ?? '';
    const response = await edge.request(url, { headers: { range: 'bytes=10-', 'if-range': etag } });
    expect(response.status).toBe(206);
  });

  it.each(['bytes=10-', 'bytes=9999999-'])(
    'sends the whole where If-Range does not hold, for %s',
    async (range) => {
      const response = await edge.request(url, { headers: { range, 'if-range': '"other"' } });
      expect(response.status).toBe(200);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(chunk.stored);
    },
  );

  it('answers 304 to who has it, with the validators and no body', async () => {
    const etag = (await edge.request(url, { method: 'HEAD' })).headers.get('etag') ?? '';
    const response = await edge.request(url, {
      headers: { 'if-none-match': `"x", W/${etag}`, range: 'bytes=0-1' },
    });
    expect(response.status).toBe(304);
    expect(response.headers.get('etag')).toBe(etag);
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  it('sends what is asked for to who has another', async () => {
    const headers = { 'if-none-match': '"other"', range: 'bytes=0-9' };
    const response = await edge.request(url, { headers });
    expect(response.status).toBe(206);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(chunk.stored.slice(0, 10));
  });

  it('answers 412 to who wants another', async () => {
    const response = await edge.request(url, { headers: { 'if-match': '"other"' } });
    expect(await refusalOf(response)).toMatchObject({ status: 412, code: 'precondition-failed' });
  });

  it.each([
    ['that is not stored', `/v1/chunks/${chunkPath('0'.repeat(64))}`],
    ['under a prefix of another', `/v1/chunks/0000/${'1'.repeat(64)}.cacnk`],
    ['of another shape', '/v1/chunks/abcd/abcd.cacnk'],
  ])('answers 404 to a chunk %s, and forbids to keep that', async (_, path) => {
    const response = await edge.request(path);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await refusalOf(response)).toMatchObject({ status: 404, code: 'not-found' });
  });

  it.each<[string, RequestInit]>([
    ['a whole chunk', {}],
    ['a part', { headers: { range: 'bytes=5-' } }],
    ['a HEAD', { method: 'HEAD' }],
    ['a 304', { headers: { 'if-none-match': '*' } }],
  ])('costs one R2 operation: %s', async (_, init) => {
    const counted = counting(edge.bucket);
    const other = await edgeOn(counted.bucket, { clock: edge.clock });
    await (await other.request(url, init)).arrayBuffer();
    expect(counted.operations).toHaveLength(1);
  });
});

describe('HEAD /v1/chunks/…', () => {
  it('sends the header fields of GET and no body', async () => {
    // Else each request gets a name of its own.
    const headers = { 'x-request-id': 'one-and-the-same' };
    const head = await edge.request(url, { method: 'HEAD', headers });
    const get = await edge.request(url, { headers });
    await get.arrayBuffer();
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers));
    expect((await head.arrayBuffer()).byteLength).toBe(0);
  });
});

describe('PUT /v1/operator/chunks/…', () => {
  const put = (id: string, stored: BodyInit) => edge.put(`/v1/operator/chunks/${chunkPath(id)}`, stored);

  it('answers 201 the first time and 200 for the same bytes again', async () => {
    const { id, stored } = await aChunk(someBytes(2, 5000));
    expect((await put(id, stored)).status).toBe(201);
    expect((await put(id, stored)).status).toBe(200);
  });

  it('takes a chunk of the largest size', async () => {
    const { id, stored } = await aChunk(someBytes(6, CHUNK_MAX_BYTES));
    expect((await put(id, stored)).status).toBe(201);
  });

  it.each([
    [23, 201],
    [24, 422],
    [27, 422],
  ])('with a window of 2^%i bytes is answered %i: who unpacks it must hold that', async (log, status) => {
    const content = someBytes(log, 300_000);
    const id = await sha256Hex(content);
    expect((await put(id, windowedFrame(content, log))).status).toBe(status);
  });

  it('answers 409 to other bytes of the same content, and keeps what is there', async () => {
    const content = someBytes(3, 50_000);
    const { id, stored } = await aChunk(content);
    await put(id, stored);
    const otherwise = rawFrame(content, 1000);
    expect(await refusalOf(await put(id, otherwise))).toMatchObject({ status: 409, code: 'already-exists' });
    const there = await edge.request(`/v1/chunks/${chunkPath(id)}`);
    expect(new Uint8Array(await there.arrayBuffer())).toEqual(stored);
  });

  it('never shows a chunk that is not what its name says', async () => {
    const good = (await aChunk(someBytes(4, 3000))).stored;
    const cases: [string, Uint8Array<ArrayBuffer>][] = [
      ['other content', good],
      ['no zstd', someBytes(5, 3000)],
      ['nothing', new Uint8Array(0)],
      ['a truncated frame', good.slice(0, 100)],
      ['bytes behind the frame', new Uint8Array([...good, 1, 2, 3])],
      ['a second frame', new Uint8Array([...good, ...good])],
      ['one byte too many', rawFrame(new Uint8Array(CHUNK_MAX_BYTES + 1))],
      ['a bomb', zeroFrame(40 * 1024 * 1024)],
    ];
    for (const [what, stored] of cases) {
      const id = what === 'other content' ? 'f'.repeat(64) : await sha256Hex(someBytes(4, 3000));
      expect(await refusalOf(await put(id, stored)), what).toMatchObject({
        status: 422,
        code: 'chunk-invalid',
      });
      expect((await edge.request(`/v1/chunks/${chunkPath(id)}`)).status, what).toBe(404);
    }
  });

  it('answers 413 to what is larger than any chunk', async () => {
    const response = await put('e'.repeat(64), new Uint8Array(CHUNK_STORED_MAX_BYTES + 1));
    expect(await refusalOf(response)).toMatchObject({ status: 413, code: 'body-too-large' });
  });
});

describe('POST /v1/operator/chunks/missing', () => {
  it('names those that are not stored', async () => {
    const absent = '9'.repeat(64);
    const response = await edge.request('/v1/operator/chunks/missing', {
      method: 'POST',
      body: JSON.stringify({ ids: [chunk.id, absent] }),
      headers: { 'content-type': 'application/json', authorization: 'Bearer operator-token-of-the-tests' },
    });
    expect(await response.json()).toEqual({ missing: [absent] });
  });
});

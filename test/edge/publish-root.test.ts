import { beforeEach, describe, expect, it } from 'vitest';
import { tufInstant } from '../../shared/trust/roles.ts';
import { aPublisher, aRoot, type Publisher, workerSigners } from './a-publisher.ts';
import { anEdge, type Edge, refusalOf } from './an-edge.ts';
import { onlineKeys } from './secrets.ts';
import { START_MS } from './start.ts';

let edge: Edge;
let publisher: Publisher;

beforeEach(async () => {
  edge = await anEdge();
  publisher = await aPublisher();
});

const putRoot = (version: number, text: string) => edge.put(`/v1/operator/root/${version}.root.json`, text);
const swapped = { ...onlineKeys, snapshot: onlineKeys.timestamp, timestamp: onlineKeys.snapshot };

describe('the first root', () => {
  it('is taken when its own threshold signed it, and served below every model', async () => {
    const root = await aRoot(publisher);
    expect((await putRoot(1, root)).status).toBe(201);
    expect((await putRoot(1, root)).status).toBe(200);
    const served = await edge.request('/v1/models/quectel/ec25euga-m4g/metadata/1.root.json');
    expect(await served.text()).toBe(root);
    expect(served.headers.get('cache-control')).toContain('immutable');
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'is signed by one key of two',
      () => aRoot(publisher, { signedBy: publisher.root.slice(0, 1) }),
      /own threshold|threshold of root 1/,
    ],
    [
      'is signed by strangers',
      async () => aRoot(publisher, { signedBy: (await aPublisher()).root }),
      /threshold/,
    ],
    ['is expired', () => aRoot(publisher, { expires: tufInstant(START_MS - 1000) }), /expired/],
    [
      'does not say consistent_snapshot',
      () => aRoot(publisher, { consistent: false }),
      /consistent_snapshot/,
    ],
    ['is of another version', () => aRoot(publisher, { version: 2 }), /version 2, not 1/],
    [
      'names other online keys',
      async () => aRoot(publisher, { online: await workerSigners(swapped) }),
      /ONLINE_KEYS/,
    ],
    [
      'names a key by another id',
      () => aRoot(publisher, { keyIds: () => 'a'.repeat(64) }),
      /key id|threshold/,
    ],
    ['is no JSON', async () => '{', /not JSON/],
    ['is other metadata', async () => '{"signed":{"_type":"targets"},"signatures":[]}', /signed/],
  ])('is refused when it %s', async (_, make, detail) => {
    const refusal = await refusalOf(await putRoot(1, await make()));
    expect(refusal).toMatchObject({
      status: 422,
      code: 'root-invalid',
      detail: expect.stringMatching(detail),
    });
    expect((await edge.request('/v1/models/quectel/ec25euga-m4g/metadata/1.root.json')).status).toBe(404);
  });

  it('is refused when one key under two ids makes up the threshold', async () => {
    const { root } = publisher;
    const twin = { ...(root[0] as (typeof root)[number]), keyId: 'b'.repeat(64) };
    const doubled = { ...publisher, root: [root[0] as (typeof root)[number], twin] };
    const refusal = await refusalOf(await putRoot(1, await aRoot(doubled, { signedBy: doubled.root })));
    expect(refusal).toMatchObject({ status: 422, detail: expect.stringContaining('key id') });
  });

  it('is refused at another number', async () => {
    const refusal = await refusalOf(await putRoot(2, await aRoot(publisher, { version: 2 })));
    expect(refusal).toMatchObject({ status: 422, detail: expect.stringContaining('the next is 1') });
  });
});

describe('a later root (TUF 5.3)', () => {
  beforeEach(async () => {
    expect((await putRoot(1, await aRoot(publisher))).status).toBe(201);
  });

  it('is taken when the old and the new keys signed it', async () => {
    const next = { ...(await aPublisher()), targets: publisher.targets };
    const signedBy = [...publisher.root.slice(1), ...next.root.slice(0, 2)];
    expect((await putRoot(2, await aRoot(next, { version: 2, signedBy }))).status).toBe(201);
  });

  it.each([
    ['the new keys alone', async (next: Publisher) => next.root],
    ['the old keys alone', async () => publisher.root],
    [
      'one old key and the new ones',
      async (next: Publisher) => [...publisher.root.slice(0, 1), ...next.root],
    ],
  ])('is refused when it is signed by %s', async (_, signers) => {
    const next = await aPublisher();
    const text = await aRoot(next, { version: 2, signedBy: await signers(next) });
    expect(await refusalOf(await putRoot(2, text))).toMatchObject({ status: 422, code: 'root-invalid' });
  });

  it('is refused when it skips a version', async () => {
    const refusal = await refusalOf(await putRoot(3, await aRoot(publisher, { version: 3 })));
    expect(refusal.detail).toContain('the next is 2');
  });

  it('never replaces the first', async () => {
    const other = await aRoot(publisher, { expires: tufInstant(START_MS + 1e9) });
    expect(await refusalOf(await putRoot(1, other))).toMatchObject({ status: 409, code: 'already-exists' });
  });
});

describe('the operator token', () => {
  it.each([
    ['none', undefined],
    ['another', 'Bearer wrong'],
    ['another scheme', 'Basic b3BlcmF0b3I6'],
    ['an overlong one', `Bearer ${'x'.repeat(10_000)}`],
  ])('is asked for: %s is refused', async (_, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await edge.request('/v1/operator/root/1.root.json', {
      method: 'PUT',
      body: '{}',
      headers,
    });
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(await refusalOf(response)).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('can be guessed only so often a minute', async () => {
    const guess = () =>
      edge.request('/v1/operator/reports', {
        headers: { 'cf-connecting-ip': '203.0.113.9', authorization: 'Bearer x' },
      });
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) statuses.push((await guess()).status);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses.slice(20)).toEqual(Array(5).fill(429));
    const response = await guess();
    expect(response.headers.get('retry-after')).toBe('60');
    expect(await refusalOf(response)).toMatchObject({ code: 'rate-limited' });
  });
});

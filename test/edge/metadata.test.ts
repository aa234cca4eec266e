import { beforeEach, describe, expect, it } from 'vitest';
import { EFA, EUGA, workerSigners } from './a-publisher.ts';
import { anEdge, type Edge, refusalOf } from './an-edge.ts';
import { published } from './publish.ts';
import { chainOf } from './visible-chain.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
  await published(edge);
});

const chain = () => chainOf(edge);

describe('what is published', () => {
  it('is one chain of lengths and digests, every part bound to the model', async () => {
    const { timestamp, snapshot, targets, rollout } = await chain();
    const online = await workerSigners();
    for (const { signed } of [timestamp, snapshot, targets, rollout]) expect(signed['x-model']).toBe(EUGA);
    expect(timestamp.signatures.map((s: { keyid: string }) => s.keyid)).toEqual([online.timestamp.keyId]);
    expect(snapshot.signatures.map((s: { keyid: string }) => s.keyid)).toEqual([online.snapshot.keyId]);
    expect(rollout.signatures.map((s: { keyid: string }) => s.keyid)).toEqual([online.rollout.keyId]);
    expect(timestamp.signed.expires).toBe('2026-12-07T08:00:00Z');
  });

  it('is served as files that never change, but for the timestamp', async () => {
    const { snapshot } = await chain();
    const fixed = await edge.request(`/v1/models/${EUGA}/metadata/${snapshot.signed.version}.snapshot.json`);
    expect(fixed.headers.get('cache-control')).toContain('immutable');
    const moving = await edge.request(`/v1/models/${EUGA}/metadata/timestamp.json`);
    expect(moving.headers.get('cache-control')).toBe('public, max-age=60, no-transform');
    const again = { headers: { 'if-none-match': moving.headers.get('etag') ?? '' } };
    expect((await edge.request(`/v1/models/${EUGA}/metadata/timestamp.json`, again)).status).toBe(304);
  });

  it.each([
    `/v1/models/${EFA}/metadata/timestamp.json`,
    `/v1/models/${EUGA}/metadata/0.root.json`,
    `/v1/models/${EUGA}/metadata/01.root.json`,
    `/v1/models/${EUGA}/metadata/1.rooot.json`,
    `/v1/models/${EUGA}/metadata/9999999999999999.targets.json`,
    `/v1/models/${EUGA}/targets/${EUGA}/model.json`,
    `/v1/models/${EUGA}/targets/${EFA}/${'0'.repeat(64)}.model.json`,
    `/v1/models/Quectel/EC25/metadata/timestamp.json`,
    `/v1/models/${EFA}/poll?root=1&timestamp=0`,
  ])('%s is not there', async (path) => {
    expect(await refusalOf(await edge.request(path))).toMatchObject({ status: 404, code: 'not-found' });
  });

  it('HEAD of the timestamp sends the fields of GET', async () => {
    const path = `/v1/models/${EUGA}/metadata/timestamp.json`;
    // Else each request gets a name of its own.
    const headers = { 'x-request-id': 'one-and-the-same' };
    const head = await edge.request(path, { method: 'HEAD', headers });
    const get = await edge.request(path, { headers });
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers));
  });
});

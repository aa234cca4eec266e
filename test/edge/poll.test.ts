import { beforeEach, describe, expect, it } from 'vitest';
import { aRoot, EUGA, type Publisher, type Release } from './a-publisher.ts';
import { anEdge, counting, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { mustStore, published } from './publish.ts';
import { chainOf, DAY_MS, pollOf, publishNext } from './visible-chain.ts';

let edge: Edge;
let publisher: Publisher;
let release: Release;

beforeEach(async () => {
  edge = await anEdge();
  ({ publisher, release } = await published(edge));
});

const chain = () => chainOf(edge);
const poll = (device: Parameters<typeof pollOf>[1], on: Edge = edge) => pollOf(on, device);

describe('a poll', () => {
  it('gives a new device everything but the root it has', async () => {
    const { timestamp, snapshot, targets, rollout } = await chain();
    expect((await poll({})).answer).toEqual({
      format: 'cistern-poll/1',
      timestamp: timestamp.text,
      snapshot: snapshot.text,
      targets: targets.text,
      rollout: rollout.text,
    });
  });

  it('of a device that is up to date is empty', async () => {
    const { timestamp } = await chain();
    const { answer } = await poll({ timestamp: timestamp.signed.version });
    expect(answer).toEqual({ format: 'cistern-poll/1' });
  });

  it('after a day carries a new timestamp and nothing else, in 700 bytes', async () => {
    const { timestamp } = await chain();
    edge.clock.nowMs += DAY_MS + 1000;
    const { answer, bytes } = await poll({ timestamp: timestamp.signed.version });
    expect(Object.keys(answer)).toEqual(['format', 'timestamp']);
    expect(bytes).toBeLessThanOrEqual(700);
  });

  it('of an unchanged model reads the metadata of one object', async () => {
    const { timestamp } = await chain();
    const counted = counting(edge.bucket);
    const isolate = await edgeOn(counted.bucket, { clock: edge.clock });
    await poll({ timestamp: timestamp.signed.version }, isolate);
    counted.operations.length = 0;
    await poll({ timestamp: timestamp.signed.version }, isolate);
    expect(counted.operations).toEqual([`head models/${EUGA}/metadata/timestamp.json`]);
  });

  it('of a device that missed a renewal still brings the release', async () => {
    const old = (await chain()).timestamp.signed.version;
    await publishNext(edge, publisher, release);
    edge.clock.nowMs += 2 * DAY_MS;
    await chain();
    const { answer } = await poll({ timestamp: old });
    expect(JSON.parse(answer.targets ?? '').signed.version).toBe(2);
  });

  it('brings the roots a device lacks, oldest first', async () => {
    const second = await aRoot(publisher, { version: 2 });
    const third = await aRoot(publisher, { version: 3 });
    await mustStore(await edge.put('/v1/operator/root/2.root.json', second));
    await mustStore(await edge.put('/v1/operator/root/3.root.json', third));
    edge.clock.nowMs += 61_000;
    expect((await poll({ root: 1 })).answer.roots).toEqual([second, third]);
    expect((await poll({ root: 2 })).answer.roots).toEqual([third]);
    expect((await poll({ root: 3 })).answer.roots).toBeUndefined();
    expect((await poll({ root: 9 })).answer.roots).toBeUndefined();
  });

  it('brings no more roots than an answer holds: who got some asks on', async () => {
    const padding = Array.from({ length: 60_000 }, () => ' ').join('');
    for (let version = 2; version <= 21; version++) {
      await edge.bucket.put(`root/${version}.root.json`, (await aRoot(publisher, { version })) + padding);
    }
    edge.clock.nowMs += 61_000;
    const first = (await poll({ root: 1 })).answer.roots ?? [];
    expect(first).toHaveLength(16);
    const next = (await poll({ root: 1 + first.length })).answer.roots ?? [];
    expect(JSON.parse(next.at(-1) ?? '').signed.version).toBe(21);
  });

  it('asks nothing of D1', async () => {
    await edge.db.prepare('DELETE FROM models').run();
    expect((await poll({})).status).toBe(200);
  });

  it.each([
    '',
    '?root=1',
    '?root=1&timestamp=x',
    '?root=-1&timestamp=0',
    '?root=1&timestamp=0&id=7',
    '?root=1&root=2&timestamp=0',
  ])('without the two numbers is refused: %s', async (query) => {
    const response = await edge.request(`/v1/models/${EUGA}/poll${query}`);
    expect(await refusalOf(response)).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});

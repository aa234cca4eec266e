import { beforeEach, describe, expect, it } from 'vitest';
import { generatePrivateKey } from '../../shared/trust/keys.ts';
import { aRoot, EUGA, type Publisher, workerSigners } from './a-publisher.ts';
import { anEdge, type Edge, edgeOn } from './an-edge.ts';
import { mustStore, published, putRollout } from './publish.ts';
import { onlineKeys } from './secrets.ts';
import { chainOf, DAY_MS, pollOf, rolloutOf } from './visible-chain.ts';

let edge: Edge;
let publisher: Publisher;

beforeEach(async () => {
  edge = await anEdge();
  ({ publisher } = await published(edge));
});

const chain = () => chainOf(edge);
const poll = (device: Parameters<typeof pollOf>[1], on: Edge = edge) => pollOf(on, device);

describe('renewal', () => {
  it('is done by whoever meets an old timestamp', async () => {
    const before = await chain();
    edge.clock.nowMs += DAY_MS + 1000;
    const after = await chain();
    expect(after.timestamp.signed.version).toBe(Math.floor(edge.clock.nowMs / 1000));
    expect(after.timestamp.signed.expires > before.timestamp.signed.expires).toBe(true);
    expect(after.snapshot.text).toBe(before.snapshot.text);
  });

  it('is not done for a young one', async () => {
    const before = await chain();
    edge.clock.nowMs += DAY_MS - 1000;
    expect((await chain()).timestamp.text).toBe(before.timestamp.text);
  });

  it('signs snapshot and rollout too in the second half of their life', async () => {
    const before = await chain();
    edge.clock.nowMs += 7 * DAY_MS + 1000;
    const after = await chain();
    expect(after.snapshot.signed.version).toBeGreaterThan(before.snapshot.signed.version);
    expect(after.rollout.signed.version).toBeGreaterThan(before.rollout.signed.version);
    expect(after.rollout.signed.targets).toEqual(before.rollout.signed.targets);
    expect(after.targets.text).toBe(before.targets.text);
  });

  it('by many at once ends in one timestamp', async () => {
    edge.clock.nowMs += 8 * DAY_MS;
    const isolates = await Promise.all([1, 2, 3, 4].map(() => edgeOn(edge.bucket, { clock: edge.clock })));
    const texts = await Promise.all(
      isolates.map(async (isolate) => (await poll({}, isolate)).answer.timestamp),
    );
    expect(new Set(texts).size).toBe(1);
    expect((await chain()).timestamp.text).toBe(texts[0]);
  });

  it('never lets a version go back, although the clock did', async () => {
    const before = await chain();
    edge.clock.nowMs -= 30 * DAY_MS;
    await mustStore(await putRollout(edge, rolloutOf()));
    const after = await chain();
    for (const role of ['timestamp', 'snapshot', 'rollout'] as const) {
      expect(after[role].signed.version).toBe(before[role].signed.version + 1);
    }
  });

  it('overtakes what was signed before the bucket was restored from an old copy', async () => {
    const copy = await edge.bucket.get(`models/${EUGA}/metadata/timestamp.json`);
    const restored = { text: await copy?.text(), customMetadata: copy?.customMetadata };
    edge.clock.nowMs += 5 * DAY_MS;
    const lost = await chain();
    await edge.bucket.put(`models/${EUGA}/metadata/timestamp.json`, restored.text ?? '', {
      customMetadata: restored.customMetadata ?? {},
    });
    edge.clock.nowMs += 1000;
    expect((await chain()).timestamp.signed.version).toBeGreaterThan(lost.timestamp.signed.version);
  });

  it('works from the files alone where the custom metadata was lost', async () => {
    const before = await chain();
    await edge.bucket.put(`models/${EUGA}/metadata/timestamp.json`, before.timestamp.text);
    expect((await chain()).timestamp.text).toBe(before.timestamp.text);
    expect(Object.keys((await poll({})).answer)).toContain('targets');
    edge.clock.nowMs += DAY_MS + 1000;
    const after = await chain();
    expect(after.timestamp.signed.version).toBeGreaterThan(before.timestamp.signed.version);
    expect(after.snapshot.text).toBe(before.snapshot.text);
  });

  it('skips a number that a crashed writer took', async () => {
    edge.clock.nowMs += 8 * DAY_MS;
    const taken = Math.floor(edge.clock.nowMs / 1000);
    await edge.bucket.put(`models/${EUGA}/metadata/${taken}.snapshot.json`, 'left behind');
    expect((await chain()).snapshot.signed.version).toBe(taken + 1);
  });

  it('stops, and serves what is there, while the root names other keys', async () => {
    const before = await chain();
    const changed = { ...onlineKeys, timestamp: await generatePrivateKey() };
    const other = await edgeOn(edge.bucket, { clock: edge.clock, onlineKeys: changed });
    expect((await poll({}, other)).answer.timestamp).toBe(before.timestamp.text);
  });

  it('signs with new online keys as soon as a root names them', async () => {
    const changed = {
      ...onlineKeys,
      timestamp: await generatePrivateKey(),
      snapshot: await generatePrivateKey(),
    };
    const other = await edgeOn(edge.bucket, { clock: edge.clock, onlineKeys: changed });
    const online = await workerSigners(changed);
    await mustStore(
      await other.put('/v1/operator/root/2.root.json', await aRoot(publisher, { version: 2, online })),
    );
    const { answer } = await poll({}, other);
    const signer = (text?: string) => JSON.parse(text ?? '').signatures[0].keyid;
    expect(signer(answer.timestamp)).toBe(online.timestamp.keyId);
    expect(signer(answer.snapshot)).toBe(online.snapshot.keyId);
    expect(answer.targets).toBe((await chain()).targets.text);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { pollAnswerSchema } from '../../shared/poll.ts';
import { generatePrivateKey } from '../../shared/trust/keys.ts';
import {
  aRelease,
  aRoot,
  aTargets,
  EFA,
  EUGA,
  entryTarget,
  type Publisher,
  R06,
  R08,
  type Release,
  workerSigners,
} from './a-publisher.ts';
import { anEdge, counting, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { mustStore, publish, published, putRollout, putTargets, uploadRelease } from './publish.ts';
import { onlineKeys } from './secrets.ts';
import { START_MS } from './start.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let edge: Edge;
let publisher: Publisher;
let release: Release;

beforeEach(async () => {
  edge = await anEdge();
  ({ publisher, release } = await published(edge));
});

async function poll(device: { root?: number; timestamp?: number }, on: Edge = edge) {
  const path = `/v1/models/${EUGA}/poll?root=${device.root ?? 1}&timestamp=${device.timestamp ?? 0}`;
  const response = await on.request(path);
  const text = await response.text();
  return { status: response.status, bytes: text.length, answer: pollAnswerSchema.parse(JSON.parse(text)) };
}

async function metadata(file: string, model = EUGA) {
  const response = await mustStore(await edge.request(`/v1/models/${model}/metadata/${file}`));
  const text = await response.text();
  return { text, signed: JSON.parse(text).signed, signatures: JSON.parse(text).signatures };
}

/** The visible chain, every length and digest checked. */
async function chain() {
  const timestamp = await metadata('timestamp.json');
  const listed = timestamp.signed.meta['snapshot.json'];
  const snapshot = await metadata(`${listed.version}.snapshot.json`);
  await expectListed(snapshot.text, listed);
  const meta = snapshot.signed.meta;
  const targets = await metadata(`${meta['targets.json'].version}.targets.json`);
  const rollout = await metadata(`${meta['rollout.json'].version}.rollout.json`);
  await expectListed(targets.text, meta['targets.json']);
  await expectListed(rollout.text, meta['rollout.json']);
  return { timestamp, snapshot, targets, rollout };
}

async function expectListed(
  text: string,
  listed: { version: number; length: number; hashes: { sha256: string } },
) {
  expect(listed).toEqual({
    version: JSON.parse(text).signed.version,
    length: utf8(text).length,
    hashes: { sha256: await sha256Hex(utf8(text)) },
  });
}

const rolloutOf = (change: Record<string, unknown> = {}) => ({
  format: 'cistern-rollout/1',
  model: EUGA,
  releases: [
    {
      version: R06,
      channel: 'stable',
      percentage: 12.5,
      startsAt: '2026-11-23T00:00:00Z',
      state: 'running',
      why: '',
      ...change,
    },
  ],
});

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
    const [head, get] = [await edge.request(path, { method: 'HEAD' }), await edge.request(path)];
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers));
  });
});

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

  it('of an unchanged model reads one object', async () => {
    const { timestamp } = await chain();
    const counted = counting(edge.bucket);
    const isolate = await edgeOn(counted.bucket, { clock: edge.clock });
    await poll({ timestamp: timestamp.signed.version }, isolate);
    counted.operations.length = 0;
    await poll({ timestamp: timestamp.signed.version }, isolate);
    expect(counted.operations).toEqual([`get models/${EUGA}/metadata/timestamp.json`]);
  });

  it('of a device that missed a renewal still brings the release', async () => {
    const old = (await chain()).timestamp.signed.version;
    await publishNext();
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

describe('PUT …/rollout', () => {
  it('is signed and visible at once', async () => {
    const before = (await chain()).timestamp.signed.version;
    expect((await putRollout(edge, rolloutOf())).status).toBe(201);
    const { rollout } = await chain();
    const listed = rollout.signed.targets[`${EUGA}/rollout.json`];
    const path = `${EUGA}/${listed.hashes.sha256}.rollout.json`;
    const document = await edge.request(`/v1/models/${EUGA}/targets/${path}`);
    expect(await document.json()).toEqual(rolloutOf());
    expect(Object.keys((await poll({ timestamp: before })).answer)).toContain('rollout');
  });

  it('is the same as before when it says the same', async () => {
    await mustStore(await putRollout(edge, rolloutOf()));
    const before = (await chain()).timestamp.text;
    expect((await putRollout(edge, rolloutOf())).status).toBe(200);
    expect((await chain()).timestamp.text).toBe(before);
  });

  it('outlives the next release', async () => {
    await mustStore(await putRollout(edge, rolloutOf({ state: 'halted', why: 'roaming is lost' })));
    const before = await chain();
    await publishNext();
    expect((await chain()).rollout.text).toBe(before.rollout.text);
  });

  it.each<[string, unknown, number, string]>([
    ['of another model', { ...rolloutOf(), model: EFA }, 422, 'rollout-invalid'],
    ['of a version that is not published', rolloutOf({ version: R08 }), 422, 'rollout-invalid'],
    [
      'that lists a version twice',
      { ...rolloutOf(), releases: [...rolloutOf().releases, ...rolloutOf().releases] },
      422,
      'body-invalid',
    ],
    ['with an unknown field', rolloutOf({ except: 'ours' }), 422, 'body-invalid'],
    ['above 100 %', rolloutOf({ percentage: 101 }), 422, 'body-invalid'],
  ])('refuses one %s', async (_, rollout, status, code) => {
    const before = (await chain()).timestamp.text;
    expect(await refusalOf(await putRollout(edge, rollout))).toMatchObject({ status, code });
    expect((await chain()).timestamp.text).toBe(before);
  });

  it('refuses a model without releases', async () => {
    expect(await refusalOf(await putRollout(edge, { ...rolloutOf(), model: EFA }, EFA))).toMatchObject({
      status: 404,
    });
  });

  it('is taken only as JSON', async () => {
    const response = await edge.put(`/v1/operator/models/${EUGA}/rollout`, JSON.stringify(rolloutOf()));
    expect(await refusalOf(response)).toMatchObject({ status: 415, code: 'unsupported-media-type' });
  });

  it('is signed again by a new rollout key once targets delegate to it', async () => {
    await mustStore(await putRollout(edge, rolloutOf()));
    const changed = { ...onlineKeys, rollout: await generatePrivateKey() };
    const other = await edgeOn(edge.bucket, { clock: edge.clock, onlineKeys: changed });
    expect(await refusalOf(await putRollout(other, rolloutOf({ percentage: 50 })))).toMatchObject({
      status: 409,
    });
    const online = await workerSigners(changed);
    const targets = [entryTarget(), ...release.targets];
    const text = await aTargets(publisher, { version: 2, targets, rollout: online.rollout });
    await mustStore(await putTargets(other, 2, text));
    const { rollout } = await chain();
    expect(rollout.signatures[0].keyid).toBe(online.rollout.keyId);
    expect((await putRollout(other, rolloutOf({ percentage: 50 }))).status).toBe(201);
  });
});

async function publishNext(): Promise<void> {
  const next = await aRelease(R08, { seed: 9 });
  await uploadRelease(edge, next);
  const targets = [entryTarget(), ...release.targets, ...next.targets];
  await mustStore(await putTargets(edge, 2, await aTargets(publisher, { version: 2, targets })));
}

it('a rollout of one model is nothing to another', async () => {
  const version = 'EC25EFAR06A01M4G_01.001.01.001';
  await publish(edge, publisher, {
    model: EFA,
    version: 1,
    releases: [await aRelease(version, { model: EFA })],
  });
  const before = (await metadata('timestamp.json', EFA)).text;
  edge.clock.nowMs = START_MS + 5000;
  await mustStore(await putRollout(edge, rolloutOf()));
  expect((await metadata('timestamp.json', EFA)).text).toBe(before);
});

import { beforeEach, describe, expect, it } from 'vitest';
import { generatePrivateKey } from '../../shared/trust/keys.ts';
import {
  aRelease,
  aTargets,
  EFA,
  EUGA,
  entryTarget,
  type Publisher,
  R08,
  type Release,
  workerSigners,
} from './a-publisher.ts';
import { anEdge, brokenDb, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { mustStore, publish, published, putRollout, putTargets } from './publish.ts';
import { onlineKeys } from './secrets.ts';
import { START_MS } from './start.ts';
import { chainOf, metadataOf, pollOf, publishNext, rolloutOf } from './visible-chain.ts';

let edge: Edge;
let publisher: Publisher;
let release: Release;

beforeEach(async () => {
  edge = await anEdge();
  ({ publisher, release } = await published(edge));
});

const chain = () => chainOf(edge);
const poll = (device: Parameters<typeof pollOf>[1], on: Edge = edge) => pollOf(on, device);

/** The document in force, and its ETag, as an operator's tool reads them. */
async function rolloutResponse() {
  const { rollout } = await chain();
  const { sha256 } = rollout.signed.targets[`${EUGA}/rollout.json`].hashes;
  return edge.request(`/v1/models/${EUGA}/targets/${EUGA}/${sha256}.rollout.json`);
}
const rolloutTag = async () => (await rolloutResponse()).headers.get('etag') ?? '';
const document = async () => (await rolloutResponse()).json<ReturnType<typeof rolloutOf>>();

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
    await publishNext(edge, publisher, release);
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

  it('replaces only the document that If-Match names', async () => {
    const ifMatch = { 'if-match': await rolloutTag() };
    expect((await putRollout(edge, rolloutOf({ percentage: 1 }), EUGA, ifMatch)).status).toBe(201);
    const late = await putRollout(edge, rolloutOf({ percentage: 2 }), EUGA, ifMatch);
    expect(await refusalOf(late)).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect((await document()).releases[0]?.percentage).toBe(1);
  });

  it('takes the same again although If-Match names what it replaced: the answer was lost', async () => {
    const ifMatch = { 'if-match': await rolloutTag() };
    await mustStore(await putRollout(edge, rolloutOf(), EUGA, ifMatch));
    expect((await putRollout(edge, rolloutOf(), EUGA, ifMatch)).status).toBe(200);
  });

  it('of two operators at once takes one, and tells the other', async () => {
    const ifMatch = { 'if-match': await rolloutTag() };
    const shares = [10, 20, 30];
    const responses = await Promise.all(
      shares.map((percentage) => putRollout(edge, rolloutOf({ percentage }), EUGA, ifMatch)),
    );
    const taken = responses.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(1);
    for (const other of responses.filter(({ status }) => status !== 201)) {
      expect([409, 412]).toContain(other.status);
    }
    expect((await document()).releases[0]?.percentage).toBe(shares[responses.indexOf(taken[0] as Response)]);
  });

  it.each<[string, unknown]>([
    ['run again', rolloutOf()],
    ['be halted instead', rolloutOf({ state: 'halted' })],
    ['be left out', { ...rolloutOf(), releases: [] }],
  ])('does not let what was recalled %s', async (_, rollout) => {
    await mustStore(await putRollout(edge, rolloutOf({ state: 'recalled', why: 'bricks' })));
    const refusal = await refusalOf(await putRollout(edge, rollout));
    expect(refusal).toMatchObject({ status: 422, code: 'rollout-invalid' });
    expect(refusal.detail).toContain('recalled (bricks), which is final');
    expect((await document()).releases[0]?.state).toBe('recalled');
  });

  it('is taken while D1 fails', async () => {
    const other = await edgeOn(edge.bucket, { clock: edge.clock, db: brokenDb });
    expect((await putRollout(other, rolloutOf())).status).toBe(201);
    expect((await document()).releases).toHaveLength(1);
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

it('a rollout of one model is nothing to another', async () => {
  const version = 'EC25EFAR06A01M4G_01.001.01.001';
  await publish(edge, publisher, {
    model: EFA,
    version: 1,
    releases: [await aRelease(version, { model: EFA })],
  });
  const before = (await metadataOf(edge, 'timestamp.json', EFA)).text;
  edge.clock.nowMs = START_MS + 5000;
  await mustStore(await putRollout(edge, rolloutOf()));
  expect((await metadataOf(edge, 'timestamp.json', EFA)).text).toBe(before);
});

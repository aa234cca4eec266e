/** The rows of test/attacks that meet the Worker: a bad upload is refused, and nothing of it becomes visible. */
import { beforeEach, describe, expect, it } from 'vitest';
import { generatePrivateKey, type Signer, signerOf } from '../../shared/trust/keys.ts';
import { tufInstant } from '../../shared/trust/roles.ts';
import { doubleSignatures, reSign } from '../attacks/re-sign.ts';
import {
  aRelease,
  aRoot,
  aTargets,
  EUGA,
  entryTarget,
  type Publisher,
  R08,
  type Release,
  workerSigners,
} from './a-publisher.ts';
import { anEdge, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { mustStore, published, putRollout, putTargets, uploadRelease } from './publish.ts';
import { START_MS } from './start.ts';
import { chainOf, DAY_MS, pollOf, publishNext, rolloutOf } from './visible-chain.ts';

let edge: Edge;
let publisher: Publisher;
let release: Release;

beforeEach(async () => {
  edge = await anEdge();
  ({ publisher, release } = await published(edge));
});

const putRoot = (version: number, text: string) => edge.put(`/v1/operator/root/${version}.root.json`, text);
const everything = () => [entryTarget(), ...release.targets];
const stranger = async () => signerOf(await generatePrivateKey());

/** Root 2 with another targets role. */
const rootWithTargets = async (signers: readonly Signer[], threshold: number) =>
  reSign(await aRoot(publisher, { version: 2 }), publisher.root.slice(0, 2), ({ keys, roles }) => ({
    keys: { ...(keys as object), ...Object.fromEntries(signers.map(({ keyId, key }) => [keyId, key])) },
    roles: { ...(roles as object), targets: { keyids: signers.map(({ keyId }) => keyId), threshold } },
  }));

/** What the world sees must be what it saw before. */
async function expectUnseen(put: () => Promise<Response>, refusal: object): Promise<void> {
  const before = await chainOf(edge);
  expect(await refusalOf(await put())).toMatchObject(refusal);
  expect(await chainOf(edge)).toEqual(before);
}

describe('a root that no device would follow is not stored', () => {
  const twoOfThree = (change: (roles: Record<string, { keyids: string[]; threshold: number }>) => object) =>
    aRoot(publisher, { version: 2 }).then((text) =>
      reSign(text, publisher.root.slice(0, 2), ({ roles }) => ({
        roles: { ...(roles as object), ...change(roles as Parameters<typeof change>[0]) },
      })),
    );

  it.each<[string, () => Promise<string>]>([
    [
      'lists a key id twice',
      () =>
        twoOfThree(({ root }) => ({ root: { ...root, keyids: [...(root?.keyids ?? []), root?.keyids[0]] } })),
    ],
    [
      'asks for more signatures than it has keys',
      () => twoOfThree(({ targets }) => ({ targets: { ...targets, threshold: 2 } })),
    ],
    [
      'names a key that it does not hold',
      () => twoOfThree(({ targets }) => ({ targets: { ...targets, keyids: ['a'.repeat(64)] } })),
    ],
    ['is signed twice by one key', async () => doubleSignatures(await aRoot(publisher, { version: 2 }))],
    [
      'is signed by the targets key',
      () => aRoot(publisher, { version: 2, signedBy: [publisher.targets, publisher.targets] }),
    ],
    [
      'is signed by one key of two',
      () => aRoot(publisher, { version: 2, signedBy: publisher.root.slice(0, 1) }),
    ],
    [
      'expires at a fraction of a second',
      () => aRoot(publisher, { version: 2, expires: '2027-01-01T00:00:00.5Z' }),
    ],
    ['expires in local time', () => aRoot(publisher, { version: 2, expires: '2027-01-01T00:00:00+02:00' })],
  ])('one that %s', async (_, make) => {
    await expectUnseen(async () => putRoot(2, await make()), { status: 422, code: 'root-invalid' });
    expect(await edge.bucket.head('root/2.root.json')).toBeNull();
  });

  it.each([3, 2 ** 40])('one that runs ahead: version %i', async (version) => {
    const text = await aRoot(publisher, { version });
    await expectUnseen(() => putRoot(version, text), { status: 422, code: 'root-invalid' });
  });
});

describe('targets that no device would believe are not published', () => {
  it.each<[string, () => Promise<Signer>]>([
    ['a stranger', stranger],
    ['a root key', async () => publisher.root[0] as Signer],
    ['the snapshot key', async () => (await workerSigners()).snapshot],
    ['the timestamp key', async () => (await workerSigners()).timestamp],
    ['the rollout key', async () => (await workerSigners()).rollout],
  ])('signed by %s', async (_, signer) => {
    const text = await aTargets(publisher, { version: 2, targets: everything(), signer: await signer() });
    await expectUnseen(() => putTargets(edge, 2, text), { status: 422, code: 'metadata-invalid' });
  });

  it('signed below the threshold, or twice by one key to reach it', async () => {
    const other = await stranger();
    await mustStore(await putRoot(2, await rootWithTargets([publisher.targets, other], 2)));
    const one = await aTargets(publisher, { version: 2, targets: everything() });
    const refusal = { status: 422, code: 'metadata-invalid' };
    await expectUnseen(() => putTargets(edge, 2, one), refusal);
    await expectUnseen(() => putTargets(edge, 2, doubleSignatures(one)), refusal);
    const two = await reSign(one, [publisher.targets, other]);
    expect((await putTargets(edge, 2, two)).status).toBe(201);
  });

  it('signed by a key that a new root has taken away', async () => {
    const next = await stranger();
    await mustStore(await putRoot(2, await rootWithTargets([next], 1)));
    const targets = everything();
    const old = await aTargets(publisher, { version: 2, targets });
    await expectUnseen(() => putTargets(edge, 2, old), { status: 422, code: 'metadata-invalid' });
    const text = await aTargets(publisher, { version: 2, targets, signer: next });
    expect((await putTargets(edge, 2, text)).status).toBe(201);
  });

  it('that delegate to another key under the id of the right one', async () => {
    const { rollout } = await workerSigners();
    const twin = { ...(await stranger()), keyId: rollout.keyId };
    const text = await aTargets(publisher, { version: 2, targets: everything(), rollout: twin });
    await expectUnseen(() => putTargets(edge, 2, text), {
      code: 'metadata-invalid',
      detail: expect.stringContaining('delegate "rollout"'),
    });
  });

  it.each([1, 3, 2 ** 40])('that go back or run ahead: version %i after 1', async (version) => {
    const targets = everything();
    const text = await aTargets(publisher, { version, targets, expires: tufInstant(START_MS + 1e9) });
    await expectUnseen(() => putTargets(edge, version, text), {
      code: version === 1 ? 'already-exists' : 'metadata-invalid',
    });
  });

  it.each(['timestamp.json', '9.snapshot.json', '9.rollout.json', '1.root.json'])(
    'nor is anything that the Worker signs itself taken from outside: %s',
    async (file) => {
      const { timestamp } = await chainOf(edge);
      const put = () => edge.put(`/v1/operator/models/${EUGA}/metadata/${file}`, timestamp.text);
      await expectUnseen(put, { status: 404 });
    },
  );
});

describe('an expiry', () => {
  it('is put off by the same targets under the next number', async () => {
    const expires = tufInstant(START_MS + 700 * DAY_MS);
    const text = await aTargets(publisher, { version: 2, targets: everything(), expires });
    expect((await putTargets(edge, 2, text)).status).toBe(201);
    const { targets } = await chainOf(edge);
    expect(targets.signed.expires).toBe(expires);
  });

  it('is put off also when it has passed', async () => {
    edge.clock.nowMs += 400 * DAY_MS;
    const expires = tufInstant(edge.clock.nowMs + 365 * DAY_MS);
    const text = await aTargets(publisher, { version: 2, targets: everything(), expires });
    expect((await putTargets(edge, 2, text)).status).toBe(201);
    const { timestamp, targets } = await chainOf(edge);
    for (const { signed } of [timestamp, targets]) {
      expect(Date.parse(signed.expires)).toBeGreaterThan(edge.clock.nowMs);
    }
  });
});

describe('a database restored from an older copy', () => {
  it('takes back nothing that was signed, and the next publication mends it', async () => {
    const rows = await edge.db.prepare('SELECT * FROM models').all<Record<string, string | number>>();
    await publishNext(edge, publisher, release);
    await mustStore(await putRollout(edge, rolloutOf({ state: 'recalled', why: 'bricks' })));
    const before = await chainOf(edge);

    await edge.db.prepare('DELETE FROM models').run();
    for (const row of rows.results) {
      const names = Object.keys(row);
      const places = names.map(() => '?').join();
      await edge.db
        .prepare(`INSERT INTO models (${names.join()}) VALUES (${places})`)
        .bind(...Object.values(row))
        .run();
    }
    expect(await chainOf(edge)).toEqual(before);
    const isolate = await edgeOn(edge.bucket, { clock: edge.clock });
    expect((await pollOf(isolate, {})).answer.targets).toBe(before.targets.text);

    edge.clock.nowMs += 8 * DAY_MS;
    const renewed = await chainOf(edge);
    for (const role of ['timestamp', 'snapshot', 'rollout'] as const) {
      expect(renewed[role].signed.version).toBeGreaterThan(before[role].signed.version);
    }
    const revived = await refusalOf(await putRollout(edge, rolloutOf()));
    expect(revived).toMatchObject({ code: 'rollout-invalid' });

    const next = await aRelease(R08, { seed: 9 });
    await uploadRelease(edge, next);
    const targets = [...everything(), ...next.targets];
    await mustStore(await putTargets(edge, 3, await aTargets(publisher, { version: 3, targets })));
    const model = await edge.request(`/v1/models/${EUGA}`);
    expect((await model.json<{ releases: unknown[] }>()).releases).toHaveLength(2);
  });
});

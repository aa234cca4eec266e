import { beforeEach, describe, expect, it } from 'vitest';
import type { ReleaseManifest } from '../../shared/release.ts';
import { generatePrivateKey, signerOf } from '../../shared/trust/keys.ts';
import {
  aPublisher,
  aRelease,
  aRoot,
  aTargets,
  consistentPath,
  dateAt,
  EFA,
  EUGA,
  entryTarget,
  json,
  type Publisher,
  R06,
  R08,
  type Target,
  workerSigners,
} from './a-publisher.ts';
import { anEdge, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { mustStore, publish, published, putTargets, uploadRelease, uploadTargets } from './publish.ts';
import { onlineKeys } from './secrets.ts';
import { START_MS } from './start.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const timestampOf = async (model = EUGA) => edge.request(`/v1/models/${model}/metadata/timestamp.json`);

describe('PUT …/targets/…', () => {
  const put = async (target: Target, path?: string) =>
    edge.put(`/v1/operator/models/${EUGA}/targets/${path ?? (await consistentPath(target))}`, target.bytes);

  it('stores what its path says, once', async () => {
    const entry = entryTarget();
    expect((await put(entry)).status).toBe(201);
    expect((await put(entry)).status).toBe(200);
    const served = await edge.request(`/v1/models/${EUGA}/targets/${await consistentPath(entry)}`);
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(entry.bytes);
    expect(served.headers.get('content-type')).toBe('application/json');
  });

  const broken = async (change: Partial<Record<keyof ReleaseManifest, unknown>>): Promise<Target> => ({
    path: `${EUGA}/${R06}.json`,
    bytes: json({ ...(await aRelease(R06)).manifest, ...change }),
  });

  it.each<[string, () => Promise<Target>, RegExp]>([
    [
      'an entry of another model',
      async () => ({ ...entryTarget(EFA), path: `${EUGA}/model.json` }),
      /is of quectel\/ec25efa-m4g/,
    ],
    ['a path of another model', async () => entryTarget(EFA), /is not quectel\/ec25euga-m4g/],
    [
      'a manifest with an unknown field',
      () => broken({ onlyIf: 'the moon is full' } as never),
      /onlyIf|Unrecognized/i,
    ],
    ['a manifest of another model', () => broken({ model: EFA }), /is of quectel\/ec25efa-m4g/],
    [
      'a manifest under another name',
      async () => ({ ...(await broken({})), path: `${EUGA}/${R08}.json` }),
      /is called/,
    ],
    ['a version that is none', () => broken({ version: 'latest' }), /version/],
    ['no JSON', async () => ({ path: `${EUGA}/${R06}.json`, bytes: json(1).slice(0, 0) }), /not JSON/],
    [
      'a truncated index',
      async () => {
        const index = (await aRelease(R06)).targets[1] as Target;
        return { ...index, bytes: index.bytes.slice(0, -8) };
      },
      /truncated/,
    ],
    ['a rollout', async () => ({ path: `${EUGA}/rollout.json`, bytes: json({}) }), /Worker signs it/],
    ['something else', async () => ({ path: `${EUGA}/firmware.zip`, bytes: json({}) }), /neither JSON nor/],
  ])('refuses %s', async (_, make, detail) => {
    const target = await make();
    const refusal = await refusalOf(await put(target));
    expect(refusal).toMatchObject({
      status: 422,
      code: 'target-invalid',
      detail: expect.stringMatching(detail),
    });
    expect((await edge.bucket.list({ prefix: 'models/' })).objects).toHaveLength(0);
  });

  it.each([
    ['whose bytes hash to another', `${EUGA}/${'0'.repeat(64)}.model.json`],
    ['that climbs', `${EUGA}/${'0'.repeat(64)}.x%2f..%2f..%2fmodel.json`],
    ['without a digest', `${EUGA}/model.json`],
  ])('refuses a path %s', async (_, path) => {
    expect(await refusalOf(await put(entryTarget(), path))).toMatchObject({
      status: 422,
      code: 'target-invalid',
    });
  });

  it('answers 413 to what no manifest weighs', async () => {
    const target = { path: `${EUGA}/${R06}.json`, bytes: new Uint8Array(300 * 1024) };
    expect((await put(target)).status).toBe(413);
  });
});

describe('PUT …/metadata/1.targets.json', () => {
  let publisher: Publisher;
  let targets: readonly Target[];

  beforeEach(async () => {
    publisher = await aPublisher();
    await mustStore(await edge.put('/v1/operator/root/1.root.json', await aRoot(publisher)));
    const release = await aRelease(R06);
    targets = [entryTarget(), ...release.targets];
    await uploadTargets(edge, [entryTarget()]);
    await uploadRelease(edge, release);
  });

  it('makes the release visible, with an empty rollout', async () => {
    expect((await timestampOf()).status).toBe(404);
    const text = await aTargets(publisher, { targets });
    expect((await putTargets(edge, 1, text)).status).toBe(201);
    const served = await edge.request(`/v1/models/${EUGA}/metadata/1.targets.json`);
    expect(await served.text()).toBe(text);
    expect((await timestampOf()).status).toBe(200);
    const rollouts = await edge.bucket.list({ prefix: `models/${EUGA}/targets/${EUGA}/` });
    expect(rollouts.objects.filter(({ key }) => key.endsWith('.rollout.json'))).toHaveLength(1);
  });

  it('answers 200 to the same bytes again, and mends a lost look-up row', async () => {
    const text = await aTargets(publisher, { targets });
    await mustStore(await putTargets(edge, 1, text));
    const before = await (await timestampOf()).text();
    await edge.db.prepare('DELETE FROM models').run();
    expect((await putTargets(edge, 1, text)).status).toBe(200);
    expect(await (await timestampOf()).text()).toBe(before);
    expect((await edge.request(`/v1/models/${EUGA}`)).status).toBe(200);
  });

  it('answers 409 to other bytes of a published version', async () => {
    await mustStore(await putTargets(edge, 1, await aTargets(publisher, { targets })));
    const other = await aTargets(publisher, { targets, expires: dateAt(START_MS + 1e9) });
    expect(await refusalOf(await putTargets(edge, 1, other))).toMatchObject({
      status: 409,
      code: 'already-exists',
    });
  });

  it.each<[string, () => Promise<string>, string, RegExp]>([
    [
      'signed by a stranger',
      async () => aTargets(publisher, { targets, signer: await stranger() }),
      'metadata-invalid',
      /not signed/,
    ],
    [
      'for another model',
      () => aTargets(publisher, { model: EFA, targets }),
      'metadata-invalid',
      /signed for quectel\/ec25efa-m4g/,
    ],
    [
      'of version 2',
      () => aTargets(publisher, { targets, version: 2 }),
      'metadata-invalid',
      /next version is 1/,
    ],
    [
      'expired',
      () => aTargets(publisher, { targets, expires: dateAt(START_MS) }),
      'metadata-invalid',
      /expired/,
    ],
    [
      'without a model',
      () => aTargets(publisher, { targets, signed: { 'x-model': null } }),
      'metadata-invalid',
      /x-model/,
    ],
    [
      'with an unknown field',
      () => aTargets(publisher, { targets, signed: { x: 1 } }),
      'metadata-invalid',
      /x|Unrecognized/,
    ],
    [
      'that delegates nothing',
      () => aTargets(publisher, { targets, signed: { delegations: { keys: {}, roles: [] } } }),
      'metadata-invalid',
      /delegate "rollout"/,
    ],
    [
      'that delegates to another key',
      async () => aTargets(publisher, { targets, rollout: (await workerSigners()).snapshot }),
      'metadata-invalid',
      /delegate "rollout"/,
    ],
    [
      'that lists the rollout itself',
      () => aTargets(publisher, { targets: [...targets, { path: `${EUGA}/rollout.json`, bytes: json({}) }] }),
      'metadata-invalid',
      /rollout role/,
    ],
    [
      'without an entry',
      () => aTargets(publisher, { targets: targets.slice(1) }),
      'metadata-invalid',
      /model.json is not listed/,
    ],
    [
      'with a target of another model',
      () => aTargets(publisher, { targets: [...targets, entryTarget(EFA)] }),
      'metadata-invalid',
      /ec25efa-m4g\/model.json is not/,
    ],
    [
      'with a target of no kind',
      () => aTargets(publisher, { targets: [...targets, { path: `${EUGA}/a.zip`, bytes: json({}) }] }),
      'metadata-invalid',
      /neither JSON nor/,
    ],
    [
      'with a target that is not stored',
      () => aTargets(publisher, { targets: [...targets, { path: `${EUGA}/${R08}.json`, bytes: json({}) }] }),
      'target-missing',
      new RegExp(R08),
    ],
    [
      'with an index that is not listed',
      () => aTargets(publisher, { targets: targets.slice(0, 2) }),
      'release-invalid',
      /not listed/,
    ],
    ['that is no JSON', async () => '{"signed":', 'metadata-invalid', /not JSON/],
  ])('refuses metadata %s', async (_, make, code, detail) => {
    const refusal = await refusalOf(await putTargets(edge, 1, await make()));
    expect(refusal).toMatchObject({ status: 422, code, detail: expect.stringMatching(detail) });
    expect((await timestampOf()).status).toBe(404);
    expect((await edge.request(`/v1/models/${EUGA}/metadata/1.targets.json`)).status).toBe(404);
  });

  it('refuses metadata whose length is not that of the stored target', async () => {
    const text = await aTargets(publisher, { targets });
    const signed = JSON.parse(text).signed;
    signed.targets[`${EUGA}/model.json`].length += 1;
    const refusal = await refusalOf(await putTargets(edge, 1, await aTargets(publisher, { signed })));
    expect(refusal).toMatchObject({ code: 'target-missing' });
  });

  it('refuses a release whose chunk is missing, and names it', async () => {
    const release = await aRelease(R08, { seed: 77 });
    await uploadTargets(edge, release.targets);
    const first = release.chunks.map(({ id }) => id).sort()[0];
    const text = await aTargets(publisher, { targets: [...targets, ...release.targets] });
    const refusal = await refusalOf(await putTargets(edge, 1, text));
    expect(refusal).toMatchObject({
      status: 422,
      code: 'chunk-missing',
      detail: expect.stringContaining(first ?? '?'),
    });
  });

  it('refuses a release whose manifest and index disagree', async () => {
    const fine = await aRelease(R08, { seed: 78 });
    const manifest = { package: { ...fine.manifest.package, sizeBytes: 4999 } };
    const release = await aRelease(R08, { seed: 78, manifest });
    await uploadRelease(edge, release);
    const text = await aTargets(publisher, { targets: [...targets, ...release.targets] });
    expect(await refusalOf(await putTargets(edge, 1, text))).toMatchObject({ code: 'release-invalid' });
  });

  it('refuses to sign with keys that the root does not name', async () => {
    const changed = { ...onlineKeys, snapshot: await generatePrivateKey() };
    const other = await edgeOn(edge.bucket, { clock: edge.clock, onlineKeys: changed });
    const refusal = await refusalOf(await putTargets(other, 1, await aTargets(publisher, { targets })));
    expect(refusal).toMatchObject({ status: 409, code: 'online-keys-not-trusted' });
    expect((await timestampOf()).status).toBe(404);
  });

  it('refuses everything while there is no root', async () => {
    await edge.bucket.delete('root/1.root.json');
    const refusal = await refusalOf(await putTargets(edge, 1, await aTargets(publisher, { targets })));
    expect(refusal.detail).toContain('1.root.json first');
  });

  it('leaves an unfinished publication of the same version alone, until it can only be abandoned', async () => {
    const unfinished = await aTargets(publisher, { targets, expires: dateAt(START_MS + 1e9) });
    await edge.bucket.put(`models/${EUGA}/metadata/1.targets.json`, unfinished);
    const text = await aTargets(publisher, { targets });
    edge.clock.nowMs = Date.now() + 60_000;
    const fresh = await aTargets(publisher, { targets, expires: dateAt(Date.now() + 1e10) });
    expect(await refusalOf(await putTargets(edge, 1, fresh))).toMatchObject({
      status: 409,
      code: 'publication-raced',
    });
    edge.clock.nowMs = Date.now() + 6 * 60_000;
    expect((await putTargets(edge, 1, fresh)).status).toBe(201);
    expect(text).not.toBe(fresh);
  });
});

describe('the next version', () => {
  it('keeps former releases without asking for their chunks again', async () => {
    const { publisher, release } = await published(edge);
    await edge.bucket.delete(release.chunks.map(({ id }) => `chunks/${id.slice(0, 4)}/${id}.cacnk`));
    const next = await aRelease(R08, { seed: 5 });
    await uploadRelease(edge, next);
    const targets = [entryTarget(), ...release.targets, ...next.targets];
    const response = await putTargets(edge, 2, await aTargets(publisher, { version: 2, targets }));
    expect(response.status).toBe(201);
  });

  it('is refused when it drops the index of a release it keeps', async () => {
    const { publisher, release } = await published(edge);
    const targets = [entryTarget(), release.targets[0] as Target];
    const refusal = await refusalOf(
      await putTargets(edge, 2, await aTargets(publisher, { version: 2, targets })),
    );
    expect(refusal).toMatchObject({ code: 'release-invalid' });
  });

  it('is refused when it skips one', async () => {
    const { publisher, release } = await published(edge);
    const targets = [entryTarget(), ...release.targets];
    const refusal = await refusalOf(
      await putTargets(edge, 3, await aTargets(publisher, { version: 3, targets })),
    );
    expect(refusal.detail).toContain('next version is 2');
  });

  it('of two publishers at once is published by one', async () => {
    const { publisher, release } = await published(edge);
    const targets = [entryTarget(), ...release.targets];
    const texts = await Promise.all(
      [1, 2, 3].map((n) => aTargets(publisher, { version: 2, targets, expires: dateAt(START_MS + n * 1e9) })),
    );
    const responses = await Promise.all(texts.map((text) => putTargets(edge, 2, text)));
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const winner = texts[responses.findIndex(({ status }) => status === 201)];
    expect(await (await edge.request(`/v1/models/${EUGA}/metadata/2.targets.json`)).text()).toBe(winner);
  });

  it('of one model leaves another alone', async () => {
    const { publisher } = await published(edge);
    const efa = 'EC25EFAR06A01M4G_01.001.01.001';
    await publish(edge, publisher, {
      model: EFA,
      version: 1,
      releases: [await aRelease(efa, { model: EFA })],
    });
    const before = await (await timestampOf(EUGA)).text();
    await publish(edge, publisher, {
      model: EFA,
      version: 2,
      releases: [await aRelease(efa, { model: EFA })],
    });
    expect(await (await timestampOf(EUGA)).text()).toBe(before);
  });
});

async function stranger() {
  return signerOf(await generatePrivateKey());
}

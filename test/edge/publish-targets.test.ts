import { beforeEach, describe, expect, it } from 'vitest';
import { generatePrivateKey, signerOf } from '../../shared/trust/keys.ts';
import { tufInstant } from '../../shared/trust/roles.ts';
import {
  aPublisher,
  aRelease,
  aRoot,
  aTargets,
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
import { anEdge, brokenDb, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { mustStore, putTargets, uploadRelease, uploadTargets } from './publish.ts';
import { onlineKeys } from './secrets.ts';
import { START_MS } from './start.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const timestampOf = async (model = EUGA) => edge.request(`/v1/models/${model}/metadata/timestamp.json`);

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

  it('publishes while D1 fails, and the next PUT that reaches it makes the row', async () => {
    const text = await aTargets(publisher, { targets });
    const other = await edgeOn(edge.bucket, { clock: edge.clock, db: brokenDb });
    expect((await putTargets(other, 1, text)).status).toBe(201);
    expect((await timestampOf()).status).toBe(200);
    expect((await putTargets(other, 1, text)).status).toBe(500);
    expect((await edge.request(`/v1/models/${EUGA}`)).status).toBe(404);
    expect((await putTargets(edge, 1, text)).status).toBe(200);
    expect((await edge.request(`/v1/models/${EUGA}`)).status).toBe(200);
  });

  it('answers 409 to other bytes of a published version', async () => {
    await mustStore(await putTargets(edge, 1, await aTargets(publisher, { targets })));
    const other = await aTargets(publisher, { targets, expires: tufInstant(START_MS + 1e9) });
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
      () => aTargets(publisher, { targets, expires: tufInstant(START_MS) }),
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

  it('looks for chunks once its metadata is stored, where gc of the bucket sees what it needs', async () => {
    const release = await aRelease(R08, { seed: 79 });
    await uploadTargets(edge, release.targets);
    const text = await aTargets(publisher, { targets: [...targets, ...release.targets] });
    expect(await refusalOf(await putTargets(edge, 1, text))).toMatchObject({ code: 'chunk-missing' });
    const stored = await edge.request(`/v1/models/${EUGA}/metadata/1.targets.json`);
    expect(await stored.text()).toBe(text);
    expect((await timestampOf()).status).toBe(404);
    await uploadRelease(edge, release);
    expect((await putTargets(edge, 1, text)).status).toBe(201);
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
    const unfinished = await aTargets(publisher, { targets, expires: tufInstant(START_MS + 1e9) });
    await edge.bucket.put(`models/${EUGA}/metadata/1.targets.json`, unfinished);
    const text = await aTargets(publisher, { targets });
    edge.clock.nowMs = Date.now() + 60_000;
    const fresh = await aTargets(publisher, { targets, expires: tufInstant(Date.now() + 1e10) });
    expect(await refusalOf(await putTargets(edge, 1, fresh))).toMatchObject({
      status: 409,
      code: 'publication-raced',
    });
    edge.clock.nowMs = Date.now() + 6 * 60_000;
    expect((await putTargets(edge, 1, fresh)).status).toBe(201);
    expect(text).not.toBe(fresh);
  });
});

async function stranger() {
  return signerOf(await generatePrivateKey());
}

import { beforeEach, describe, expect, it } from 'vitest';
import type { ReleaseManifest } from '../../shared/release.ts';
import {
  aRelease,
  consistentPath,
  EFA,
  EUGA,
  entryTarget,
  json,
  R06,
  R08,
  type Target,
} from './a-publisher.ts';
import { anEdge, type Edge, refusalOf } from './an-edge.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

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

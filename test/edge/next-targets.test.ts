import { beforeEach, describe, expect, it } from 'vitest';
import { tufInstant } from '../../shared/trust/roles.ts';
import {
  anEntry,
  aRelease,
  aTargets,
  EFA,
  EUGA,
  entryTarget,
  json,
  R06,
  R08,
  type Target,
} from './a-publisher.ts';
import { anEdge, type Edge, refusalOf } from './an-edge.ts';
import { publish, published, putTargets, uploadRelease, uploadTargets } from './publish.ts';
import { START_MS } from './start.ts';

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
});

const timestampOf = async (model = EUGA) => edge.request(`/v1/models/${model}/metadata/timestamp.json`);

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

  it('is refused when it changes a release, and may change the entry', async () => {
    const { publisher, release } = await published(edge);
    const other = await aRelease(R06, { manifest: { notes: 'other words' } });
    await uploadRelease(edge, other);
    const entry = { ...entryTarget(), bytes: json({ ...anEntry(), routers: ['RUT956'] }) };
    await uploadTargets(edge, [entry]);
    const next = async (targets: readonly Target[]) =>
      putTargets(edge, 2, await aTargets(publisher, { version: 2, targets }));
    expect(await refusalOf(await next([entry, ...other.targets]))).toMatchObject({
      code: 'release-invalid',
      detail: expect.stringContaining('a release never changes'),
    });
    expect((await next([entry, ...release.targets])).status).toBe(201);
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
      [1, 2, 3].map((n) =>
        aTargets(publisher, { version: 2, targets, expires: tufInstant(START_MS + n * 1e9) }),
      ),
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

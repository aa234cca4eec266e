import { beforeEach, describe, expect, it } from 'vitest';
import { COMPATIBILITY_BATCH_MAX } from '../../shared/limits.ts';
import { aPublisher, aRelease, aRoot, EFA, EUGA, R06, R08 } from './a-publisher.ts';
import { anEdge, type Edge, edgeOn, refusalOf } from './an-edge.ts';
import { mustStore, publish } from './publish.ts';

const R08_NEWER = 'EC25EUGAR08A04M4G_01.200.01.200';
const EFA_R06 = 'EC25EFAR06A01M4G_01.001.01.001';
const vouchedFor = { installableFrom: [{ from: { baseline: 6 }, source: 'a test' }] };

let edge: Edge;

beforeEach(async () => {
  edge = await anEdge();
  const publisher = await aPublisher();
  await mustStore(await edge.put('/v1/operator/root/1.root.json', await aRoot(publisher)));
  const releases = [
    await aRelease(R06, { seed: 1 }),
    await aRelease(R08_NEWER, { seed: 2 }),
    await aRelease(R08, { seed: 3, manifest: vouchedFor }),
  ];
  await publish(edge, publisher, { version: 1, releases });
  await publish(edge, publisher, { version: 1, model: EFA, releases: [] });
});

async function get<T = Record<string, unknown>>(path: string): Promise<T> {
  return (await mustStore(await edge.request(path))).json();
}

describe('GET /v1/models', () => {
  it('lists what is published, in the order of ids', async () => {
    const { models, next } = await get<{ models: Record<string, unknown>[]; next: null }>('/v1/models');
    expect(models.map(({ model }) => model)).toEqual([EFA, EUGA]);
    expect(models[1]).toEqual({
      model: EUGA,
      product: 'ec25euga-m4g',
      name: 'Quectel EC25EUGA',
      newestVersion: R08_NEWER,
      releaseCount: 3,
      updatedAt: '2026-11-23T08:00:00.000Z',
    });
    expect(models[0]).toMatchObject({ newestVersion: null, releaseCount: 0 });
    expect(next).toBeNull();
  });

  it('comes in pages that lead to each other', async () => {
    const first = await get<{ models: { model: string }[]; next: string }>('/v1/models?limit=1');
    const second = await get<{ models: { model: string }[]; next: null }>(first.next);
    expect([...first.models, ...second.models].map(({ model }) => model)).toEqual([EFA, EUGA]);
    expect(second.next).toBeNull();
  });

  it.each(['?limit=0', '?limit=999', '?page=2'])('refuses %s', async (query) => {
    expect(await refusalOf(await edge.request(`/v1/models${query}`))).toMatchObject({ status: 400 });
  });
});

describe('GET /v1/models/{vendor}/{model}', () => {
  it('tells entry and releases, newest first', async () => {
    const row = await get<{ entry: unknown; releases: { version: string }[] }>(`/v1/models/${EUGA}`);
    expect(row.releases.map(({ version }) => version)).toEqual([R08_NEWER, R08, R06]);
    expect(row.entry).toMatchObject({ model: EUGA, sources: ['edl 1d'] });
  });

  it.each(['quectel/ec25xx-m4g', 'quectel/nothing', 'Quectel/EC25'])('answers 404 to %s', async (model) => {
    expect(await refusalOf(await edge.request(`/v1/models/${model}`))).toMatchObject({ status: 404 });
  });
});

describe('GET /v1/compatibility', () => {
  const ask = (query: Record<string, string>) => get(`/v1/compatibility?${new URLSearchParams(query)}`);

  it('says that a vouched-for step fits, and by whose word', async () => {
    expect(await ask({ installed: R06, wanted: R08 })).toEqual({
      verdict: 'fits',
      reasons: [expect.objectContaining({ code: 'edge-listed', source: 'a test' })],
      path: [R08],
      model: EUGA,
      installed: R06,
      wanted: R08,
      didYouMean: [],
      knownIssues: [],
      known: expect.objectContaining({ family: 'EC25', name: 'Quectel EC25-EU', isFlashedByCistern: true }),
    });
  });

  it('finds the way through another release', async () => {
    expect(await ask({ installed: R06, wanted: R08_NEWER })).toMatchObject({
      verdict: 'fits',
      path: [R08, R08_NEWER],
    });
  });

  it('reads a version that was pasted with white space around it', async () => {
    expect(await ask({ installed: ` ${R06}\r\n`, wanted: R08 })).toMatchObject({
      verdict: 'fits',
      installed: R06,
    });
  });

  it('takes the newest that fits when none is named', async () => {
    expect(await ask({ installed: R06 })).toMatchObject({ verdict: 'fits', wanted: R08_NEWER });
  });

  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    [
      'firmware of another model',
      { installed: R06, wanted: EFA_R06 },
      { verdict: 'does not fit', reasons: [{ code: 'other-model' }] },
    ],
    [
      'a release that is not here',
      { installed: R06, wanted: 'EC25EUGAR09A01M4G_01.200.01.200' },
      { verdict: 'not known', reasons: [{ code: 'release-not-published' }] },
    ],
    [
      'a downgrade nobody vouches for',
      { installed: R08_NEWER, wanted: R08 },
      { verdict: 'not known', path: [] },
    ],
    [
      'a way back out of the locked line',
      { installed: R08, wanted: R06 },
      { verdict: 'does not fit', reasons: [{ code: 'embargo' }] },
    ],
    [
      'a modem nobody knows',
      { installed: 'EG99XXR01A01M2G_01.001.01.001' },
      { verdict: 'not known', model: 'quectel/eg99xx-m2g', wanted: null },
    ],
    [
      'a modem of another vendor',
      { installed: R06, vendor: 'acme' },
      { verdict: 'not known', model: 'acme/ec25euga-m4g' },
    ],
    ['a model without releases', { installed: EFA_R06 }, { verdict: 'not known', model: EFA, wanted: null }],
  ])('does not wave through %s', async (_, query, answer) => {
    expect(await ask(query)).toMatchObject(answer);
  });

  it.each<[string, string]>([
    ['no version at all', ''],
    ['a version that is none', '?installed=latest'],
    ['a wanted version that is none', `?installed=${R06}&wanted=new`],
    ['an unknown parameter', `?installed=${R06}&model=x`],
    ['two installed versions', `?installed=${R06}&installed=${R08}`],
    ['a vendor that is none', `?installed=${R06}&vendor=../x`],
  ])('refuses %s', async (_, query) => {
    const refusal = await refusalOf(await edge.request(`/v1/compatibility${query}`));
    expect(refusal).toMatchObject({ status: 400, code: 'invalid-request' });
  });
});

describe('POST /v1/compatibility', () => {
  const post = (questions: unknown) =>
    edge.request('/v1/compatibility', {
      method: 'POST',
      body: JSON.stringify({ questions }),
      headers: { 'content-type': 'application/json' },
    });

  it('answers a batch as it answers each', async () => {
    const questions = [{ installed: R06, wanted: R08 }, { installed: EFA_R06 }];
    const { answers } = (await (await post(questions)).json()) as { answers: unknown[] };
    const one = await get(`/v1/compatibility?installed=${R06}&wanted=${R08}`);
    expect(answers).toEqual([one, await get(`/v1/compatibility?installed=${EFA_R06}`)]);
  });

  it.each<[string, unknown]>([
    ['none', []],
    ['too many', Array(COMPATIBILITY_BATCH_MAX + 1).fill({ installed: R06 })],
    ['one with an unknown field', [{ installed: R06, imei: '1' }]],
  ])('refuses %s', async (_, questions) => {
    expect(await refusalOf(await post(questions))).toMatchObject({ status: 422, code: 'body-invalid' });
  });

  it('says which question is wrong', async () => {
    const response = await post([{ installed: R06 }, { installed: 'latest' }]);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: '/questions/1/installed' }] });
  });
});

describe('the work of a question', () => {
  /** D1 with every statement noted. */
  const noting = (db: D1Database) => {
    const statements: string[] = [];
    const prepare = (sql: string) => {
      statements.push(sql);
      return db.prepare(sql);
    };
    return { statements, db: { prepare } as unknown as D1Database };
  };

  it('is one search by key for each model, however many models there are and questions are asked', async () => {
    const { statements, db } = noting(edge.db);
    const noted = await edgeOn(edge.bucket, { clock: edge.clock, db });
    const questions = Array.from({ length: 30 }, (_, i) => ({ installed: [R06, EFA_R06][i % 2] }));
    const response = await noted.request('/v1/compatibility', {
      method: 'POST',
      body: JSON.stringify({ questions }),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(200);
    expect(statements).toHaveLength(2);
    for (const sql of statements) {
      const plan = await edge.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(EUGA).all<{ detail: string }>();
      expect(plan.results.map(({ detail }) => detail)).toEqual([
        expect.stringMatching(/^SEARCH models USING/),
      ]);
    }
  });
});

/**
 * `npm run load` in short: a hundred devices, fifty models, the Worker in this process. What a request costs does not
 * depend on how many there are, so the costs that docs/capacity.md reckons with are held here.
 */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { MEASURED } from '../../load/arithmetic.ts';
import { addCost, type Cost, type KindCost, noCost } from '../../load/cost.ts';
import { makeFleet, runFleet } from '../../load/fleet.ts';
import { readOffer } from '../../load/read-offer.ts';
import type { Kind, Send } from '../../load/send.ts';
import { copyModels } from '../../support/copy-models.ts';
import { EUGA } from '../a-publisher.ts';
import { anEdge, edgeOn } from '../an-edge.ts';
import { published } from '../publish.ts';
import { START_MS } from '../start.ts';
import { chainOf, pollOf } from '../visible-chain.ts';
import { costOf, countedBucket, countedDatabase } from './count-operations.ts';

const DEVICES = 100;
const MODELS = 50;
const BEHIND = 10;

it('a fleet polls, downloads and reports without an error, and each kind of request costs what it may', async () => {
  await published(await anEdge());
  await copyModels(env.FIRMWARE, env.DB, { original: EUGA, from: 0, count: MODELS, wholeEvery: 10 });
  const clock = { nowMs: START_MS };
  const edge = await edgeOn(countedBucket(env.FIRMWARE), { clock, db: countedDatabase(env.DB) });
  const costs: Partial<Record<Kind, KindCost>> = {};
  const send: Send = async ({ kind, method, path, headers, body }) => {
    const { answer, cost } = await costOf(async () => {
      const response = await edge.request(path, { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
    });
    const sofar = costs[kind] ?? { count: 0, cost: noCost() };
    costs[kind] = sofar;
    sofar.count++;
    addCost(sofar.cost, cost);
    return answer;
  };
  const { offer, timestamp } = await readOffer(send, EUGA);
  for (const kind of Object.keys(costs) as Kind[]) delete costs[kind];

  const devices = await makeFleet({ deviceCount: DEVICES, modelCount: MODELS }, timestamp);
  const times = { nowMs: () => clock.nowMs, elapsedMs: () => performance.now() };
  const run = await runFleet(devices, { offer, send, ...times, atOnce: 8, withinMs: 20_000 });
  const { cost: consumed } = await costOf(edge.drain);
  // And one a batch.
  expect(consumed.d1RowsWritten).toBe(BEHIND * MEASURED.reportRowsWritten + 1);

  expect(Object.values(run.tally).flatMap(({ errors }) => errors)).toEqual([]);
  expect(run.turnsTaken).toBe(DEVICES);
  const stored = await env.DB.prepare('SELECT count(*) AS count FROM reports').first('count');
  expect(stored).toBe(BEHIND);

  const of = (charged: Partial<Cost>, count: number): KindCost => {
    const cost = { ...noCost(), ...charged };
    for (const name of Object.keys(cost) as (keyof Cost)[]) cost[name] *= count;
    return { count, cost };
  };
  expect(costs).toEqual({
    'poll-unchanged': of({ r2ClassB: 1 }, DEVICES - BEHIND),
    'poll-news': of({ r2ClassB: 5 }, BEHIND),
    target: of({ r2ClassB: 1 }, BEHIND * offer.targetPaths.length),
    'chunk-range': of({ r2ClassB: 1 }, BEHIND * 4),
    report: of({}, BEHIND),
  });
});

/** Devices that ask once a day find a new timestamp each time; most of them find nothing else. */
it('a day later one poll of a model signs its timestamp anew, and every other one reads it', async () => {
  await published(await anEdge());
  const clock = { nowMs: START_MS };
  const edge = await edgeOn(countedBucket(env.FIRMWARE), { clock, db: countedDatabase(env.DB) });
  const { timestamp } = await chainOf(edge);
  const poll = async () => {
    const asked = () => pollOf(edge, { timestamp: timestamp.signed.version });
    const { answer, cost } = await costOf(asked);
    return { told: Object.keys(answer.answer), cost };
  };
  clock.nowMs += 25 * 60 * 60_000;
  const told = ['format', 'timestamp'];
  // A listing of the roots and a write; and two looks for the newest root, which an isolate that begins does once.
  expect(await poll()).toEqual({ told, cost: { ...noCost(), r2ClassA: 2, r2ClassB: 6 } });
  expect(await poll()).toEqual({ told, cost: { ...noCost(), r2ClassB: 2 } });
});

it('an operation that is not counted cannot be used', () => {
  expect(() => countedBucket(env.FIRMWARE).createMultipartUpload('key')).toThrow('not counted');
  expect(() => countedDatabase(env.DB).exec('SELECT 1')).toThrow('not counted');
  expect(() => countedDatabase(env.DB).prepare('SELECT 1').raw()).toThrow('not counted');
});

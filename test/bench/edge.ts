/**
 * The Worker's chunk and poll routes against a bare Worker that gets the same R2 object and returns its body, both
 * under `wrangler dev`, in turn.
 */
import { fileURLToPath } from 'node:url';
import { chunkPath } from '../../shared/caibx.ts';
import { readDocuments } from '../support/release-documents.ts';
import { MODEL } from '../support/repository.ts';
import type { Comparison, Goal } from './comparison.ts';
import {
  EDGE_REQUESTS,
  EDGE_ROUNDS,
  EDGE_SINGLE_REQUESTS,
  EDGE_SINGLE_ROUNDS,
  EDGE_WARM_UP_REQUESTS,
  PARALLEL,
  ROUND_ATTEMPTS_MAX,
  ROUNDS_BUDGET_MS,
} from './limits.ts';
import { type LoadResult, putLoad } from './load.ts';
import { roundsWithin } from './rounds.ts';
import { RELEASE, type Scene } from './scene.ts';
import { percentile, sum } from './statistics.ts';
import { cpuMsOf, findWorkerd } from './workerd-cpu.ts';

export const PASS_THROUGH = fileURLToPath(new URL('pass-through/wrangler.toml', import.meta.url));

/** Chunks that are asked for in turn: enough that it is not one hot object, few enough to be warm in both. */
const CHUNKS_ASKED = 60;
const CPU_GOAL: Goal = { kind: 'ratio-at-most', bound: 1.3 };

type Side = { readonly origin: string; readonly stateDirectory: string; readonly paths: readonly string[] };
type Measured = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly singleP50Ms: number;
  readonly cpuMs: number;
};

export async function benchEdge(scene: Scene): Promise<Comparison[]> {
  const repository = await scene.published(RELEASE);
  const { index } = await readDocuments(repository, RELEASE.version, await scene.scratch('documents'));
  const [oursState, peerState] = [await scene.copyOfStores('ours'), await scene.copyOfStores('pass-through')];
  const ours = await scene.workerOn(oursState);
  const peer = await scene.workerOn(peerState, PASS_THROUGH);

  const poll = await pollPath(ours.url);
  const chunks = [...new Set(index.chunks.map(({ id }) => chunkPath(id)))].slice(0, CHUNKS_ASKED);
  const paths = {
    chunk: {
      ours: chunks.map((path) => `/v1/chunks/${path}`),
      peer: chunks.map((path) => `/chunks/${path}`),
    },
    poll: { ours: [poll], peer: [`/models/${MODEL}/metadata/timestamp.json`] },
  };
  // A Worker opens its stores with the first request that needs them; only then its process can be told.
  for (const [{ url }, path] of [
    [ours, poll],
    [peer, paths.poll.peer[0] ?? ''],
  ] as const) {
    await putLoad({ origin: url, paths: [path], requests: EDGE_WARM_UP_REQUESTS, connections: PARALLEL });
  }
  const comparisons: Comparison[] = [];
  for (const route of ['chunk', 'poll'] as const) {
    const sides = [
      { origin: ours.url, stateDirectory: oursState, paths: paths[route].ours },
      { origin: peer.url, stateDirectory: peerState, paths: paths[route].peer },
      { origin: peer.url, stateDirectory: peerState, paths: ['/floor'] },
      {
        origin: peer.url,
        stateDirectory: peerState,
        paths: paths[route].peer.map((path) => `/limited${path}`),
      },
    ] as const;
    const [a, b, floor, limited] = await measureInTurn(sides);
    if (a === undefined || b === undefined || floor === undefined || limited === undefined)
      throw new Error('a side was not measured');
    comparisons.push(...compareRoute(route, a, b, { floor, limited }));
  }
  const answer = await fetch(`${ours.url}${poll}`);
  comparisons.push({
    bench: 'edge',
    what: 'unchanged poll, body',
    unit: 'B',
    ours: (await answer.arrayBuffer()).byteLength,
    peer: null,
    goal: { kind: 'ours-at-most', bound: 700 },
  });
  await Promise.all([ours.stop(), peer.stop()]);
  return comparisons;
}

/** The path of a poll by a device that has everything. */
export async function pollPath(url: string, model = MODEL): Promise<string> {
  const timestamp = await fetch(`${url}/v1/models/${MODEL}/metadata/timestamp.json`);
  const { signed } = (await timestamp.json()) as { signed: { version: number } };
  return `/v1/models/${model}/poll?root=1&timestamp=${signed.version}`;
}

async function measureInTurn(sides: readonly Side[]): Promise<Measured[]> {
  for (const { origin, paths } of sides) {
    await putLoad({ origin, paths, requests: EDGE_WARM_UP_REQUESTS, connections: PARALLEL });
  }
  const rounds = sides.map(() => ({ latenciesMs: [] as number[], wallMs: 0, cpuMs: [] as number[] }));
  for (const _ of roundsWithin(EDGE_ROUNDS, ROUNDS_BUDGET_MS)) {
    for (const [i, side] of sides.entries()) {
      const { latenciesMs, wallMs, cpuMs } = await measureRound(side);
      const so = rounds[i];
      if (so === undefined) continue;
      so.latenciesMs.push(...latenciesMs);
      so.cpuMs.push(cpuMs);
      so.wallMs += wallMs;
    }
  }
  const single = sides.map(() => [] as number[]);
  for (let round = 0; round < EDGE_SINGLE_ROUNDS; round++) {
    for (const [i, { origin, paths }] of sides.entries()) {
      const load = await putLoad({ origin, paths, requests: EDGE_SINGLE_REQUESTS, connections: 1 });
      single[i]?.push(...load.latenciesMs);
    }
  }
  return rounds.map(({ latenciesMs, wallMs, cpuMs }, i) => ({
    perSecond: (latenciesMs.length / wallMs) * 1000,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    singleP50Ms: percentile(single[i] ?? [], 0.5),
    cpuMs: sum(cpuMs) / cpuMs.length,
  }));
}

/** Measured anew when `wrangler dev` replaced the process meanwhile, which it does when a source file changes. */
async function measureRound(side: Side): Promise<LoadResult & { readonly cpuMs: number }> {
  const { origin, paths, stateDirectory } = side;
  for (let attempt = 0; attempt < ROUND_ATTEMPTS_MAX; attempt++) {
    const workerd = findWorkerd(stateDirectory);
    const before = workerd === null ? null : cpuMsOf(workerd);
    const load = await putLoad({ origin, paths, requests: EDGE_REQUESTS, connections: PARALLEL });
    const after = workerd === null ? null : cpuMsOf(workerd);
    if (before !== null && after !== null) return { ...load, cpuMs: (after - before) / EDGE_REQUESTS };
    process.stderr.write(`the Worker at ${origin} was reloaded while it was measured; measuring again\n`);
  }
  throw new Error(`the Worker at ${origin} was reloaded ${ROUND_ATTEMPTS_MAX} times: its sources change`);
}

function compareRoute(
  route: string,
  ours: Measured,
  peer: Measured,
  { floor, limited }: { readonly floor: Measured; readonly limited: Measured },
): Comparison[] {
  const row = (
    what: string,
    unit: string,
    key: keyof Measured,
    more: Partial<Comparison> = {},
  ): Comparison => ({
    bench: 'edge',
    what: `${route}, ${what}`,
    unit,
    ours: ours[key],
    peer: { name: 'pass-through Worker', figure: peer[key] },
    ...more,
  });
  const floorText = `of both figures ${floor.cpuMs.toFixed(3)} ms is what wrangler dev takes for a Worker that returns one byte`;
  return [
    row(`${PARALLEL} connections`, 'req/s', 'perSecond'),
    row(`${PARALLEL} connections, p50`, 'ms', 'p50Ms'),
    row(`${PARALLEL} connections, p99`, 'ms', 'p99Ms'),
    row('1 connection, p50', 'ms', 'singleP50Ms'),
    row('CPU of workerd', 'ms/req', 'cpuMs', { goal: CPU_GOAL, note: floorText }),
    row('CPU of workerd above the floor', 'ms/req', 'cpuMs', {
      ours: ours.cpuMs - floor.cpuMs,
      peer: { name: 'pass-through Worker', figure: peer.cpuMs - floor.cpuMs },
      goal: CPU_GOAL,
      note: `the same without that floor: what the two Workers and their R2 reads cost`,
    }),
    row('CPU of workerd', 'ms/req', 'cpuMs', {
      peer: { name: 'pass-through that asks the rate limiter too', figure: limited.cpuMs },
      note: 'the Worker asks its limiter for one read in 32; wrangler dev simulates it with a Durable Object and SQLite, on the platform it is a counter in memory',
    }),
  ];
}

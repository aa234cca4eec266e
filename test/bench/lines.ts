/**
 * `npm run bench:download`: the same bytes over the same relay, brought by the updater and by its peers, on a clean
 * line, a slow one and one that is cut: time, bytes on the wire, memory.
 */

import { bundle } from './bundle.ts';
import type { Comparison, Figure, Goal } from './comparison.ts';
import { startFarEnd } from './far-end.ts';
import {
  CLEAN_LINE_ROUNDS,
  CUT_AFTER_BYTES,
  PACKAGE_BYTES,
  SLOW_LINE_BYTES_PER_SECOND,
  SLOW_LINE_PACKAGE_BYTES,
  SLOW_LINE_ROUND_TRIP_MS,
} from './limits.ts';
import type { LineCount, LineShape } from './line.ts';
import {
  BARE_NODE,
  bareNode,
  type Client,
  CURL,
  type Download,
  ENTRIES,
  GLOBAL_FETCH,
  globalFetch,
  ourClient,
  type Programs,
  peers,
} from './line-clients.ts';
import { type LinePackage, makeLinePackage } from './line-package.ts';
import { RELEASE, type Scene } from './scene.ts';
import { median } from './statistics.ts';
import { isInstalled, notInstalled } from './tools.ts';

type Passage = {
  readonly name: string;
  readonly shape: LineShape;
  readonly rounds: number;
  readonly packageBytes: number;
};

const PASSAGES: readonly Passage[] = [
  { name: 'clean line', shape: {}, rounds: CLEAN_LINE_ROUNDS, packageBytes: PACKAGE_BYTES },
  {
    name: `${(SLOW_LINE_BYTES_PER_SECOND * 8) / 1e6} Mbit/s, ${SLOW_LINE_ROUND_TRIP_MS} ms`,
    shape: { bytesPerSecond: SLOW_LINE_BYTES_PER_SECOND, roundTripMs: SLOW_LINE_ROUND_TRIP_MS },
    rounds: 1,
    packageBytes: SLOW_LINE_PACKAGE_BYTES,
  },
  {
    name: `cut every ${CUT_AFTER_BYTES / 1e6} MB`,
    shape: { cutAfterBytes: CUT_AFTER_BYTES },
    rounds: 1,
    packageBytes: PACKAGE_BYTES,
  },
];

/** What one client needed over one line, its medians. */
type Taken = {
  readonly client: string;
  readonly failure: string | null;
  readonly seconds: number;
  readonly wireBytes: number;
  readonly peakBytes: number;
  readonly last: Download;
  readonly line: LineCount;
};

export async function benchLines(scene: Scene): Promise<Comparison[]> {
  const programs = await bundle(ENTRIES, await scene.scratch('bundles'));
  const missing = new Set<string>();
  const comparisons: Comparison[] = [];
  for (const passage of PASSAGES) {
    const packageDirectory = await scene.packageOf({ ...RELEASE, sizeBytes: passage.packageBytes });
    const cut = await makeLinePackage(packageDirectory, RELEASE.version, await scene.scratch('lines'));
    const farEnd = startFarEnd(cut.servedDirectory);
    scene.atEnd(farEnd.stop);
    const clients = await installed(clientsOf(passage, programs, cut), missing);
    const [ours, ...theirs] = await takeTurns(clients, passage, farEnd.openLine);
    if (ours === undefined || ours.failure !== null) throw new Error(`ours: ${ours?.failure}`);
    comparisons.push(...rowsOf(passage, ours, theirs, cut.storedBytes));
  }
  for (const tool of missing) {
    const peer = { name: tool, figure: notInstalled(tool) };
    comparisons.push({ bench: 'lines', what: 'every line', unit: '', ours: notInstalled(tool), peer });
  }
  return comparisons;
}

/** A stream that knows no resuming has nothing to say of a line that is cut. */
function clientsOf({ shape }: Passage, programs: Programs, cut: LinePackage): readonly Client[] {
  const measures = [bareNode(programs, cut), globalFetch(programs, cut)];
  return [
    ourClient(programs, cut, { reads: false }),
    ...peers(cut),
    ...(shape.cutAfterBytes === undefined ? measures : []),
  ];
}

/** Adds to `missing` the tools that are not. */
async function installed(clients: readonly Client[], missing: Set<string>): Promise<readonly Client[]> {
  for (const { tool } of clients) if (tool !== undefined && !(await isInstalled(tool))) missing.add(tool);
  return clients.filter(({ tool }) => !missing.has(tool ?? ''));
}

async function takeTurns(
  clients: readonly Client[],
  { shape, rounds }: Passage,
  openLine: ReturnType<typeof startFarEnd>['openLine'],
): Promise<readonly Taken[]> {
  const runs = clients.map(() => [] as { download: Download; line: LineCount }[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, client] of clients.entries()) {
      const line = await openLine(shape);
      const download = await client.download(line.url);
      runs[i]?.push({ download, line: await line.close() });
    }
  }
  return clients.map(({ name }, i) => {
    const own = runs[i] ?? [];
    const last = own.at(-1);
    if (last === undefined) throw new Error(`${name} was not measured`);
    const failed = own.find(({ download }) => download.failure !== null);
    return {
      client: name,
      failure: failed?.download.failure ?? null,
      seconds: median(own.map(({ download }) => download.wallMs)) / 1000,
      wireBytes: median(own.map(({ line }) => line.passedBytes)),
      peakBytes: median(own.map(({ download }) => download.peakBytes)),
      last: last.download,
      line: last.line,
    };
  });
}

function rowsOf(
  { name, shape, rounds }: Passage,
  ours: Taken,
  theirs: readonly Taken[],
  storedBytes: number,
): readonly Comparison[] {
  const row = (what: string, unit: string, their: Taken, of: (taken: Taken) => number, goal?: Goal) => {
    const peer = { name: their.client, figure: figureOf(their, of(their), storedBytes) };
    const more = goal === undefined ? {} : { goal };
    return { bench: 'lines', what: `${name}, ${what}`, unit, ours: of(ours), peer, ...more };
  };
  const peersOnly = theirs.filter(({ client }) => !(client in MEMORY_GOALS));
  const measures = theirs.filter(({ client }) => client in MEMORY_GOALS);
  const isClean = Object.keys(shape).length === 0;
  const rateOf = ({ seconds }: Taken) => storedBytes / 1e6 / seconds;
  const peakOf = ({ peakBytes }: Taken) => peakBytes / 1e6;
  const { summary, processMs = 0 } = ours.last;
  return [
    ...peersOnly.map((their) =>
      row('rate', 'MB/s', their, rateOf, isClean && their.client === CURL ? RATE_GOAL : undefined),
    ),
    ...peersOnly.map((their) =>
      row('bytes on the wire / package', '×', their, ({ wireBytes }) => wireBytes / storedBytes),
    ),
    ...peersOnly.map((their) => row('peak memory', 'MB', their, peakOf)),
    ...measures.map((their) => row('peak memory', 'MB', their, peakOf, MEMORY_GOALS[their.client])),
    {
      bench: 'lines',
      what: `${name}, bytes of bodies / package`,
      unit: '×',
      ours: (summary?.fetchedBytes ?? Number.NaN) / storedBytes,
      peer: null,
      goal: { kind: 'ours-at-most', bound: 1.01 },
      note:
        `${(storedBytes / 1e6).toFixed(1)} MB, rounds: ${rounds}; ours: ${ours.line.cuts} cuts, ` +
        `${ours.line.connections} connections, ${summary?.requests} requests, ${summary?.resumed} of them went on ` +
        `inside a chunk; ${ours.seconds.toFixed(2)} s of the process's ${(processMs / 1000).toFixed(2)} s; ` +
        theirs
          .map(({ client, line, seconds }) => `${client}: ${line.cuts} cuts, ${seconds.toFixed(2)} s`)
          .join('; '),
    },
  ];
}

const RATE_GOAL: Goal = { kind: 'ratio-at-least', bound: 0.8 };
/** Programs that are measures of memory, and keep nothing. */
const MEMORY_GOALS: Readonly<Record<string, Goal>> = {
  [BARE_NODE]: { kind: 'ratio-at-most', bound: 1.25 },
  [GLOBAL_FETCH]: { kind: 'ratio-at-most', bound: 1 },
};

function figureOf({ failure, wireBytes }: Taken, figure: number, storedBytes: number): Figure {
  if (failure === null) return figure;
  return { missing: `gave up after ${(wireBytes / storedBytes).toFixed(3)} × (${failure})` };
}

/** Who downloads over a line: the updater, its peers, and a bare Node stream as the measure of memory. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchSummary } from '../../device/fetch/tally.ts';
import type { Bundled } from './bundle.ts';
import { CURL_RESTARTS_MAX, PARALLEL } from './limits.ts';
import { CHUNKS_PATH, type LinePackage, WHOLE_PATH } from './line-package.ts';
import { mustSucceed, runTool, type ToolRun } from './tools.ts';

export const ENTRIES = {
  'fetch-program': 'test/bench/fetch-program.ts',
  'stream-and-hash': 'test/bench/stream-and-hash.ts',
  'fetch-and-hash': 'test/bench/fetch-and-hash.ts',
} as const;
export type Programs = Bundled<keyof typeof ENTRIES>;

export type Download = {
  /** Until the bytes were there and hashed. */
  readonly wallMs: number;
  readonly peakBytes: number;
  /** Why it was given up; null when everything came. */
  readonly failure: string | null;
  readonly summary?: FetchSummary;
  /** Of the whole process, where `wallMs` is the download's alone. */
  readonly processMs?: number;
};

export type Client = {
  readonly name: string;
  /** What must be installed; nothing for Node programs. */
  readonly tool?: string;
  readonly download: (url: string) => Promise<Download>;
};

export const CURL = 'curl -C - + sha256sum';
export const BARE_NODE = 'bare Node streaming and hashing';
export const GLOBAL_FETCH = 'global fetch streaming and hashing';
const SHARED_MEMORY = '/dev/shm';

/** With `reads` also what follows the download, as the updater does it: the stage verified, every file read out of it. */
export function ourClient(
  programs: Programs,
  { manifestFile, indexFile }: LinePackage,
  { reads }: { readonly reads: boolean },
): Client {
  return {
    name: 'cistern',
    download: async (url) => {
      const args = [programs['fetch-program'], manifestFile, indexFile, url, ...(reads ? ['read'] : [])];
      const run = mustSucceed(await runTool(process.execPath, args), 'the download');
      const { wallMs, ...summary } = JSON.parse(run.stdout) as FetchSummary & { wallMs: number };
      return { wallMs, peakBytes: run.peakBytes, failure: null, summary, processMs: run.wallMs };
    },
  };
}

export function peers({ indexFile, storedBytes }: LinePackage): readonly Client[] {
  return [
    {
      name: CURL,
      tool: 'curl',
      download: (url) =>
        inScratch((directory) => wholeFile(directory, storedBytes, curlUntilDone(`${url}/${WHOLE_PATH}`))),
    },
    {
      name: `aria2c -x${PARALLEL} + sha256sum`,
      tool: 'aria2c',
      download: (url) =>
        inScratch((directory) => wholeFile(directory, storedBytes, aria2(`${url}/${WHOLE_PATH}`))),
    },
    {
      name: 'casync extract',
      tool: 'casync',
      download: (url) =>
        inScratch(async (directory) => {
          const flags = ['extract', `--store=${url}/${CHUNKS_PATH}`, indexFile, join(directory, 'out')];
          return judged(await runTool('casync', flags));
        }),
    },
  ];
}

/** Stream the same bytes through SHA-256 and keep none of them: measures of memory, not peers. */
export function bareNode(programs: Programs, cut: LinePackage): Client {
  return streaming(BARE_NODE, programs['stream-and-hash'], cut);
}

export function globalFetch(programs: Programs, cut: LinePackage): Client {
  return streaming(GLOBAL_FETCH, programs['fetch-and-hash'], cut);
}

function streaming(name: string, program: string, { chunkPaths }: LinePackage): Client {
  return {
    name,
    download: (url) =>
      inScratch(async (directory) => {
        const urlFile = join(directory, 'urls');
        await writeFile(urlFile, chunkPaths.map((path) => `${url}${path}\n`).join(''));
        return judged(await runTool(process.execPath, [program, urlFile]));
      }),
  };
}

type Fetching = (directory: string) => Promise<readonly ToolRun[]>;

function curlUntilDone(url: string): Fetching {
  return async (directory) => {
    const runs: ToolRun[] = [];
    for (let start = 0; start < CURL_RESTARTS_MAX && runs.at(-1)?.code !== 0; start++) {
      runs.push(await runTool('curl', ['-sS', '--fail', '-C', '-', '-o', 'whole', url], { directory }));
    }
    return runs;
  };
}

function aria2(url: string): Fetching {
  const parts = [`-x${PARALLEL}`, `-s${PARALLEL}`, '-k1M'];
  const flags = ['--quiet', '--max-tries=0', '--retry-wait=0', ...parts, '-o', 'whole', url];
  return async (directory) => [await runTool('aria2c', flags, { directory })];
}

async function wholeFile(directory: string, expectedBytes: number, fetching: Fetching): Promise<Download> {
  const runs = await fetching(directory);
  const last = runs.at(-1);
  if (last === undefined || last.code !== 0) return { ...together(runs), failure: saidBy(last) };
  const hashed = mustSucceed(await runTool('sha256sum', ['whole'], { directory }), 'sha256sum');
  const { size } = await stat(join(directory, 'whole'));
  if (size !== expectedBytes) throw new Error(`fetched ${size} of ${expectedBytes} bytes`);
  return { ...together([...runs, hashed]), failure: null };
}

function judged(run: ToolRun): Download {
  return { ...together([run]), failure: run.code === 0 ? null : saidBy(run) };
}

/** One after the other: their times add up, and the largest had the peak. */
function together(runs: readonly ToolRun[]): Pick<Download, 'wallMs' | 'peakBytes'> {
  return {
    wallMs: runs.reduce((all, { wallMs }) => all + wallMs, 0),
    peakBytes: Math.max(0, ...runs.map(({ peakBytes }) => peakBytes)),
  };
}

function saidBy(run: ToolRun | undefined): string {
  return run?.stderr.trim().split('\n').at(-1) || `ended with ${run?.code ?? 'nothing'}`;
}

async function inScratch<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(SHARED_MEMORY, 'cistern-bench-line-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

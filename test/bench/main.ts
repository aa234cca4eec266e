/**
 * `npm run bench [-- BENCH...]`: what the design promises in numbers, measured beside the peer in one run. Prints a
 * table, and writes it to dist/bench.md and dist/bench.json.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import { type Comparison, verdictOf } from './comparison.ts';
import { benchDownload } from './download.ts';
import { benchEdge } from './edge.ts';
import { benchFlash } from './flash.ts';
import { benchLines } from './lines.ts';
import { describeMachine } from './machine.ts';
import { benchMemory } from './memory.ts';
import { benchPoll } from './poll.ts';
import { benchPublish } from './publish.ts';
import { openScene, type Scene } from './scene.ts';
import { benchStaging } from './staging.ts';
import { markdownTable, notesList } from './table.ts';
import { benchVerify } from './verify.ts';

const BENCHES: Readonly<Record<string, (scene: Scene) => Promise<Comparison[]>>> = {
  download: benchDownload,
  lines: benchLines,
  edge: benchEdge,
  poll: benchPoll,
  memory: benchMemory,
  staging: benchStaging,
  publish: benchPublish,
  verify: benchVerify,
  flash: benchFlash,
};
/** EX_USAGE of sysexits. */
const EXIT_USAGE = 64;

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  process.stderr.write(`no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  process.exitCode = await run(wanted);
}

async function run(names: readonly string[]): Promise<number> {
  const scene = openScene(await mkdtemp(join(tmpdir(), 'cistern-bench-')));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void scene.end().then(() => process.exit(130)));
  }
  const measured: Comparison[] = [];
  const failed: string[] = [];
  try {
    for (const name of names) {
      const startedMs = performance.now();
      process.stdout.write(`\n## ${name}\n\n`);
      try {
        const comparisons = (await BENCHES[name]?.(scene)) ?? [];
        measured.push(...comparisons);
        process.stdout.write(markdownTable(comparisons));
      } catch (error) {
        failed.push(name);
        process.stderr.write(
          `bench ${name} FAILED: ${error instanceof Error ? error.stack : String(error)}\n`,
        );
      }
      process.stdout.write(`(${((performance.now() - startedMs) / 1000).toFixed(0)} s)\n`);
    }
  } finally {
    await scene.end();
    await rm(scene.directory, { recursive: true, force: true });
  }
  await report(measured, failed);
  return failed.length === 0 ? 0 : 1;
}

async function report(measured: readonly Comparison[], failed: readonly string[]): Promise<void> {
  const machine = describeMachine();
  const short = measured.filter((one) => ['MISSED', 'NOT MEASURED'].includes(verdictOf(one)));
  const sentences = [
    ...short.map((one) => `- ${verdictOf(one)}: ${one.bench}, ${one.what}\n`),
    ...failed.map((name) => `- FAILED: the whole of ${name}\n`),
  ];
  const markdown = [
    `${machine}\n\n`,
    markdownTable(measured),
    `\n${sentences.length === 0 ? 'Every goal is met.\n' : sentences.join('')}`,
    `\n${notesList(measured)}`,
  ].join('');
  process.stdout.write(`\n## All\n\n${markdown}`);
  const directory = join(REPOSITORY_ROOT, 'dist');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'bench.md'), markdown);
  await writeFile(
    join(directory, 'bench.json'),
    `${JSON.stringify({ machine, measured, failed }, null, 2)}\n`,
  );
}

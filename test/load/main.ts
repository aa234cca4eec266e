/**
 * `npm run load [-- --devices N --models N --seconds N --connections N]`: a fleet against the local Worker, with as
 * many models in the catalogue. Prints latency, errors and cost of each kind of request; exit 1 where a request failed,
 * a device had no turn, or a report was lost.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseModelId } from '../../shared/model.ts';
import { describeMachine } from '../bench/machine.ts';
import { cpuMsOf, findWorkerd } from '../bench/workerd-cpu.ts';
import { DEMO_NEW_VERSION, writeDemoPackage } from '../firmware/demo-package.ts';
import { MODEL, makeRepository, mustRun, publishArguments, type Repository } from '../support/repository.ts';
import { type LoadArguments, readArguments } from './arguments.ts';
import { makeFleet, runFleet } from './fleet.ts';
import {
  BEHIND_EVERY,
  PACKAGE_BYTES,
  REPORTS_ARRIVE_WITHIN_MS,
  SEED_BATCH,
  SEED_WITHIN_MS,
} from './limits.ts';
import { poolSend } from './pool-send.ts';
import { readOffer } from './read-offer.ts';
import { KINDS } from './send.ts';
import { loadTable } from './table.ts';
import type { Counts } from './wire.ts';

const COUNTING_WORKER = 'test/edge/load/counting-worker.ts';
/** EX_USAGE of sysexits. */
const EXIT_USAGE = 64;

const given = readArguments(process.argv.slice(2));
if (given.ok) process.exitCode = await load(given.value);
else {
  process.stderr.write(`${given.failure}\n`);
  process.exitCode = EXIT_USAGE;
}

async function load(wanted: LoadArguments): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-load-'));
  const starting = makeRepository(join(directory, 'repository'), { entry: COUNTING_WORKER });
  const end = async () => {
    const started = await starting.catch(() => null);
    await started?.worker.stop();
    await rm(directory, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void end().then(() => process.exit(130)));
  try {
    const repository = await starting;
    await publish(repository, directory);
    await seed(repository.url, wanted.models);
    const workerCpuMs = () => {
      const workerd = findWorkerd(join(directory, 'repository/worker'));
      return workerd === null ? null : cpuMsOf(workerd);
    };
    return await measure(repository.url, wanted, workerCpuMs);
  } finally {
    await end();
  }
}

async function publish(repository: Repository, directory: string): Promise<void> {
  const packageDirectory = join(directory, DEMO_NEW_VERSION);
  await writeDemoPackage(packageDirectory, { version: DEMO_NEW_VERSION, sizeBytes: PACKAGE_BYTES });
  const release = { packageDirectory, version: DEMO_NEW_VERSION, from: 'R06A05..R06A09:01' };
  await mustRun(publishArguments(repository, release));
}

async function seed(url: string, modelCount: number): Promise<void> {
  const startedMs = performance.now();
  for (let from = 0; from < modelCount; from += SEED_BATCH) {
    if (performance.now() - startedMs > SEED_WITHIN_MS)
      throw new Error(
        `${from} of ${modelCount} models after ${secondsSince(startedMs)} s: too busy a machine`,
      );
    const count = Math.min(SEED_BATCH, modelCount - from);
    const query = new URLSearchParams({
      ...{ original: MODEL, from: String(from), count: String(count), wholeEvery: String(BEHIND_EVERY) },
    });
    const answer = await fetch(`${url}/load/models?${query}`, { method: 'POST' });
    if (answer.status !== 204) throw new Error(`seeding: HTTP ${answer.status} ${await answer.text()}`);
  }
  say(`${modelCount} models in the catalogue after ${secondsSince(startedMs)} s`);
}

async function measure(
  url: string,
  wanted: LoadArguments,
  workerCpuMs: () => number | null,
): Promise<number> {
  const model = parseModelId(MODEL);
  if (model === null) throw new Error(MODEL);
  const pool = poolSend(url, wanted.connections);
  try {
    const { offer, timestamp } = await readOffer(pool.send, model);
    const madeMs = performance.now();
    const devices = await makeFleet({ deviceCount: wanted.devices, modelCount: wanted.models }, timestamp);
    say(`${devices.length} devices, each with a key of its own, after ${secondsSince(madeMs)} s`);
    const before = await countsOf(url);
    const cpuBeforeMs = workerCpuMs();
    const run = await runFleet(devices, {
      offer,
      send: pool.send,
      nowMs: Date.now,
      elapsedMs: () => performance.now(),
      atOnce: wanted.connections,
      withinMs: wanted.seconds * 1000,
    });
    const reported = run.tally.report.latenciesMs.length - run.tally.report.errorCount;
    const after = await countsWhenStored(url, reported);
    const cpuAfterMs = workerCpuMs();
    if (after.isolateId !== before.isolateId)
      throw new Error('the Worker was loaded anew while it was measured: a source changed; run it again');
    const requests = KINDS.reduce((sum, kind) => sum + run.tally[kind].latenciesMs.length, 0);
    say(
      `${run.turnsTaken} of ${devices.length} devices had their turn in ${(run.wallMs / 1000).toFixed(1)} s: ` +
        `${requests} requests over ${wanted.connections} connections, ${((requests / run.wallMs) * 1000).toFixed(0)} a second`,
    );
    const bytesPerReport = (after.databaseBytes - before.databaseBytes) / after.reportsStored;
    say(
      `${after.reportsStored} of ${reported} reports in D1, which grew by ${bytesPerReport.toFixed(0)} bytes each`,
    );
    if (cpuBeforeMs !== null && cpuAfterMs !== null)
      say(
        `CPU of workerd: ${((cpuAfterMs - cpuBeforeMs) / requests).toFixed(2)} ms a request, reports included`,
      );
    say(describeMachine());
    process.stdout.write(`\n${loadTable(run.tally, after.kinds)}`);
    const errors = KINDS.flatMap((kind) => run.tally[kind].errors.map((words) => `${kind}: ${words}`));
    for (const words of errors) say(words);
    const isWhole = run.turnsTaken === devices.length && after.reportsStored === reported;
    return isWhole && errors.length === 0 ? 0 : 1;
  } finally {
    await pool.close();
  }
}

/** The queue hands reports over in batches; waits until as many are stored, or the time is over. */
async function countsWhenStored(url: string, reported: number): Promise<Counts> {
  const until = Date.now() + REPORTS_ARRIVE_WITHIN_MS;
  for (;;) {
    const counts = await countsOf(url);
    if (counts.reportsStored >= reported || Date.now() > until) return counts;
    await setTimeout(200);
  }
}

async function countsOf(url: string): Promise<Counts> {
  const answer = await fetch(`${url}/load/counts`);
  if (!answer.ok) throw new Error(`/load/counts: HTTP ${answer.status}`);
  return (await answer.json()) as Counts;
}

function secondsSince(startedMs: number): string {
  return ((performance.now() - startedMs) / 1000).toFixed(1);
}

function say(words: string): void {
  process.stdout.write(`${words}\n`);
}

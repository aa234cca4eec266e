/**
 * `npm run sweep`: power is cut at every transfer of a whole update, one run a transfer, and at every tenth the
 * updater is killed at the same moment. `npm run sweep -- --kills 500` kills the updater at that many random moments
 * instead, with services stopped around it; `-- --module sdx55` (or `emmc`) cuts the power of such a module, which is
 * flashed from a package on a disk. Prints the table and ends with 1 if anything is not as it must be.
 */
import { parseArgs } from 'node:util';
import { emmcBench, sdx55Bench } from '../support/benched-modules.ts';
import {
  type CutRun,
  type CutSubject,
  cutRun,
  sideBySide,
  transfersOfAnUpdate,
  updatesFrom,
} from '../support/cut-run.ts';
import { type SharedRepository, startSharedRepository } from '../support/shared-repository.ts';
import type { KilledRun } from './kill-at.ts';
import { killedRun } from './killed-run.ts';
import { isGood, killsAtRandom, mayUnshare } from './kills.ts';

const SIDE_BY_SIDE = 4;
const KILL_EVERY = 10;

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    module: { type: 'string', default: 'ec25' },
    seed: { type: 'string', default: '1' },
  },
});
const BENCHES = { sdx55: sdx55Bench, emmc: emmcBench } as const;
process.exitCode = (await sweep()) ? 0 : 1;

/** True where nothing is wrong. */
async function sweep(): Promise<boolean> {
  if (values.module === 'sdx55' || values.module === 'emmc') {
    const bench = await BENCHES[values.module]();
    return sweepTransfers(bench.cutSubject, null).finally(() => bench.end());
  }
  if (values.module !== 'ec25') throw new Error('--module takes ec25, sdx55 or emmc');
  const { repository, end } = await startSharedRepository();
  const work =
    values.kills === undefined
      ? sweepTransfers(updatesFrom(repository), repository)
      : sweepMoments(repository, Number(values.kills));
  return work.finally(end);
}

/** True where no modem was lost. `killedWith`: the updater is killed at every tenth too, with this repository. */
async function sweepTransfers(subject: CutSubject, killedWith: SharedRepository | null): Promise<boolean> {
  const startedMs = Date.now();
  const total = await transfersOfAnUpdate(subject);
  const all = Array.from({ length: total }, (_, i) => i + 1);
  process.stdout.write(`a whole update takes ${total} transfers; cutting power at each of them\n`);
  let done = 0;
  const tick = (run: CutRun): CutRun => {
    done += 1;
    if (run.verdict === 'LOST') process.stdout.write(`LOST ${JSON.stringify(run)}\n`);
    if (done % 100 === 0)
      process.stdout.write(`  ${done} runs, ${Math.round((Date.now() - startedMs) / 1000)} s\n`);
    return run;
  };
  const cuts = await sideBySide(all, SIDE_BY_SIDE, async (atTransfer) =>
    tick(await cutRun(subject, atTransfer)),
  );
  printTable('power cut', cuts);
  const kills: CutRun[] = [];
  if (killedWith !== null) {
    const tenths = all.filter((atTransfer) => atTransfer % KILL_EVERY === 0);
    process.stdout.write(`killing the updater at the same moment, at ${tenths.length} of them\n`);
    const work = async (atTransfer: number) => tick(await killedRun(killedWith, atTransfer));
    kills.push(...(await sideBySide(tenths, SIDE_BY_SIDE, work)));
    printTable('power cut and updater killed', kills);
  }
  const lost = [...cuts, ...kills].filter(({ verdict }) => verdict === 'LOST').length;
  process.stdout.write(`${cuts.length + kills.length - lost} passed, ${lost} failed\n`);
  return lost === 0;
}

/** True where no modem was lost, every service runs, and nothing is left behind. */
async function sweepMoments(repository: SharedRepository, count: number): Promise<boolean> {
  if (!Number.isInteger(count) || count < 1) throw new Error('--kills takes a number');
  if (!mayUnshare) throw new Error('--kills needs root and mount namespaces (unshare -m)');
  const startedMs = Date.now();
  let done = 0;
  const runs = await killsAtRandom(
    repository,
    { count, sideBySide: SIDE_BY_SIDE, seed: Number(values.seed) },
    (run) => {
      done += 1;
      if (!isGood(run)) process.stdout.write(`WRONG ${JSON.stringify(run)}\n`);
      if (done % 50 === 0)
        process.stdout.write(`  ${done} kills, ${Math.round((Date.now() - startedMs) / 1000)} s\n`);
    },
  );
  process.stdout.write(
    '\n| killed during | runs | confirmed | untouched | lost | something left |\n|---|---|---|---|---|---|\n',
  );
  for (const step of new Set(runs.map(({ lastStep }) => lastStep))) {
    const at = runs.filter(({ lastStep }) => lastStep === step);
    const of = (modem: KilledRun['modem']) => at.filter((run) => run.modem === modem).length;
    const left = at.filter(({ wrong }) => wrong.length > 0).length;
    process.stdout.write(
      `| ${step} | ${at.length} | ${of('confirmed')} | ${of('untouched')} | ${of('LOST')} | ${left} |\n`,
    );
  }
  const good = runs.filter(isGood).length;
  process.stdout.write(`${good} passed, ${runs.length - good} failed (seed ${values.seed})\n`);
  return good === count;
}

/** By the step that the journal had entered last. */
function printTable(title: string, runs: readonly CutRun[]): void {
  process.stdout.write(
    `\n| ${title} during | runs | confirmed | untouched | lost |\n|---|---|---|---|---|\n`,
  );
  for (const step of new Set(runs.map(({ lastStep }) => lastStep))) {
    const at = runs.filter(({ lastStep }) => lastStep === step);
    const count = (verdict: CutRun['verdict']) => at.filter((run) => run.verdict === verdict).length;
    process.stdout.write(
      `| ${step} | ${at.length} | ${count('confirmed')} | ${count('untouched')} | ${count('LOST')} |\n`,
    );
  }
}

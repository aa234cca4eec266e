/**
 * `npm run sweep`: power is cut at every transfer of a whole update, one run a transfer, and at every tenth the
 * updater is killed at the same moment. `npm run sweep -- --kills 500` kills the updater at that many random moments
 * instead, with services stopped around it. Prints the table and ends with 1 if anything is not as it must be.
 */
import { parseArgs } from 'node:util';
import { type CutRun, cutRun, sideBySide, transfersOfAnUpdate } from '../support/cut-run.ts';
import { startSharedRepository } from '../support/shared-repository.ts';
import type { KilledRun } from './kill-at.ts';
import { killedRun } from './killed-run.ts';
import { isGood, killsAtRandom, mayUnshare } from './kills.ts';

const SIDE_BY_SIDE = 4;
const KILL_EVERY = 10;

const { values } = parseArgs({
  options: { kills: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const { repository, end } = await startSharedRepository();
try {
  process.exitCode = (await (values.kills === undefined
    ? sweepTransfers()
    : sweepMoments(Number(values.kills))))
    ? 0
    : 1;
} finally {
  await end();
}

/** True where no modem was lost. */
async function sweepTransfers(): Promise<boolean> {
  const startedMs = Date.now();
  const total = await transfersOfAnUpdate(repository);
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
    tick(await cutRun(repository, atTransfer)),
  );
  const tenths = all.filter((atTransfer) => atTransfer % KILL_EVERY === 0);
  process.stdout.write(`killing the updater at the same moment, at ${tenths.length} of them\n`);
  const kills = await sideBySide(tenths, SIDE_BY_SIDE, async (atTransfer) =>
    tick(await killedRun(repository, atTransfer)),
  );

  printTable('power cut', cuts);
  printTable('power cut and updater killed', kills);
  const lost = [...cuts, ...kills].filter(({ verdict }) => verdict === 'LOST').length;
  process.stdout.write(`${cuts.length + kills.length - lost} passed, ${lost} failed\n`);
  return lost === 0;
}

/** True where no modem was lost, every service runs, and nothing is left behind. */
async function sweepMoments(count: number): Promise<boolean> {
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

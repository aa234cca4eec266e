/**
 * `npm run sweep`: power is cut at every transfer of a whole update, one run a transfer, and at every tenth the
 * updater is killed at the same moment. Prints the table and ends with 1 if a single modem was lost.
 */
import { type CutRun, cutRun, sideBySide, transfersOfAnUpdate } from '../support/cut-run.ts';
import { startSharedRepository } from '../support/shared-repository.ts';
import { killedRun } from './killed-run.ts';

const SIDE_BY_SIDE = 4;
const KILL_EVERY = 10;

const { repository, end } = await startSharedRepository();
try {
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
  process.exitCode = lost === 0 ? 0 : 1;
} finally {
  await end();
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

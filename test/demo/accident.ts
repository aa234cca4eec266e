/**
 * The original accident, replayed: somebody empties the firmware directory after the download and before the modem
 * is touched. The tool of then had the modem in EDL by that time. This one looks again before it lets go.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { type Running, runNode, startNode } from '../support/processes.ts';
import { command, quote, say } from './screen.ts';
import { CISTERN, type Router, updaterFlags } from './steps.ts';

/** EX_OSERR: what was staged is gone (`cistern exit-codes`). */
const EXIT_STAGE_GONE = 71;

export async function showAccident(router: Router): Promise<void> {
  const flags = updaterFlags({ ...router, url: router.repository.url });
  command(`cistern update --ask --json ${flags.join(' ')}`);
  let emptied = false;
  const running = startNode([CISTERN, 'update', '--ask', '--json', ...flags], {
    onStdoutLine: (line, process) => {
      if (emptied || (JSON.parse(line) as { step?: string }).step !== 'staged') return;
      emptied = true;
      void emptyStageThenConfirm(flags, process);
    },
  });
  const { code, stdout } = await running.finished;
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { verdict?: Record<string, string> };
  quote(`${JSON.stringify(result.verdict, null, 2)}\n`);

  const last = router.modem.states.at(-1);
  say(`exit code ${code}; the modem itself: ${last?.state}, ${last?.firmware}`);
  const wasSpared = router.modem.states.every(
    ({ state, firmware }) => state === 'normal' && firmware === DEMO_OLD_VERSION,
  );
  if (code !== EXIT_STAGE_GONE || !wasSpared || result.verdict?.outcome !== 'unchanged') {
    throw new Error('the accident was not prevented');
  }
}

async function emptyStageThenConfirm(flags: readonly string[], process: Running): Promise<void> {
  const status = await runNode([CISTERN, 'status', '--json', ...flags]);
  const { directory } = (JSON.parse(status.stdout) as { attempt: { stage: { directory: string } } }).attempt
    .stage;
  for (const name of await readdir(directory))
    await rm(join(directory, name), { recursive: true, force: true });
  say(`everything was staged and verified in ${directory}; now it is emptied, and "y" is typed`);
  process.write('y\n');
}

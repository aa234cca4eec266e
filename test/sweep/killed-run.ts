/** The modem loses power at one transfer and the updater, a process of its own, is killed at the same moment. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import type { CutRun } from '../support/cut-run.ts';
import { startModem } from '../support/modem-process.ts';
import { REPOSITORY_ROOT, type Running, runNode, startNode } from '../support/processes.ts';
import type { SharedRepository } from '../support/shared-repository.ts';

const CISTERN = join(REPOSITORY_ROOT, 'dist/cistern.mjs');
const RUNS_MAX = 3;

export async function killedRun(repository: SharedRepository, atTransfer: number): Promise<CutRun> {
  let dying: Running | null = null;
  let isCut = false;
  const modem = await startModem({
    firmware: DEMO_OLD_VERSION,
    rebootMs: 100,
    faults: [{ kind: 'cut-power', atTransfer }],
    onState: ({ transferCount }) => {
      if (isCut || transferCount < atTransfer) return;
      isCut = true;
      void dying?.stop('SIGKILL');
    },
  });
  const stateDirectory = await mkdtemp(join(repository.directory, 'sweep-'));
  const args = [
    ...[CISTERN, 'update', '--json', '--modem', modem.locator, '--repository', repository.url],
    ...['--root', repository.rootFile, '--state', stateDirectory],
  ];
  let lastStep = 'before';
  dying = startNode(args, {
    onStdoutLine: (line) => {
      if (!isCut) lastStep = (JSON.parse(line) as { step?: string }).step ?? lastStep;
    },
  });
  const ends = [endOf((await dying.finished).stdout)];
  while (ends.length <= RUNS_MAX && !/^(updated|up-to-date)/.test(ends.at(-1) ?? '')) {
    ends.push(endOf((await runNode(args)).stdout));
  }
  const last = modem.states.at(-1);
  const isConfirmed =
    last?.state === 'normal' && last.firmware === DEMO_NEW_VERSION && last.calibration === 'intact';
  await modem.stop();
  return { atTransfer, ends, lastStep, verdict: isConfirmed ? 'confirmed' : 'LOST' };
}

function endOf(stdout: string): string {
  const last = stdout.trim().split('\n').at(-1) ?? '';
  try {
    const told = JSON.parse(last) as { result?: string; reason?: string; step?: string };
    return told.result ?? told.reason ?? `killed after ${told.step ?? 'a note'}`;
  } catch {
    return 'killed';
  }
}

/**
 * The updater is killed, at a moment that nobody chose or right after a step stands in its journal, while services of
 * the router around it are stopped; then only the hook runs that boot and hotplug start. Afterwards everything must be
 * as if nobody had died.
 */
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemProcesses } from '../../device/process-table.ts';
import { readStopped } from '../../device/router/services/stopped-record.ts';
import { attemptsIn } from '../../device/update/journal.ts';
import { takeLock } from '../../device/update/lock.ts';
import type { UpdateStep } from '../../shared/telemetry.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { aRouter, type Router } from '../support/a-router.ts';
import { type ModemProcess, startModem } from '../support/modem-process.ts';
import { runNode, startNode } from '../support/processes.ts';

export type KillScene = {
  /** The bundle of `cistern-on-router.ts`. */
  readonly program: string;
  readonly repository: { readonly url: string; readonly rootFile: string };
  /** For what a run leaves behind. */
  readonly directory: string;
  /** Where stages in memory lie; only ours do. */
  readonly stageDirectory: string;
};

/** Milliseconds after the updater's first word, or a step: then it dies before it does anything of it. */
export type KillMoment = { readonly atMs: number } | { readonly atStep: UpdateStep };

export type KilledRun = {
  readonly moment: KillMoment;
  /** What the updater had told last when it died. */
  readonly lastStep: string;
  /** The step in its journal then; null where there was none yet. */
  readonly journaled: UpdateStep | null;
  readonly hook: string;
  readonly modem: 'confirmed' | 'untouched' | 'LOST';
  /** What is not as it must be; empty is good. */
  readonly wrong: readonly string[];
};

const SERVICES = ['gsmd', 'modem_trackd'];
const MODEM_SETTLES_MS = 5_000;

/** How long one undisturbed update takes here, from its first word to its end. */
export async function undisturbedMs(scene: KillScene): Promise<number> {
  const on = await prepare(scene);
  let startedMs = Number.NaN;
  const onStdoutLine = () => {
    if (Number.isNaN(startedMs)) startedMs = performance.now();
  };
  const { code, stderr } = await runNode(on.update, { environment: on.environment, onStdoutLine });
  const tookMs = performance.now() - startedMs;
  await on.end();
  if (code !== 0) throw new Error(`an undisturbed update ended with ${code}: ${stderr}`);
  return tookMs;
}

export async function killAt(scene: KillScene, moment: KillMoment): Promise<KilledRun> {
  const on = await prepare(scene);
  try {
    let lastStep = 'before';
    let timer: NodeJS.Timeout | undefined;
    const dying = startNode(on.update, {
      environment: {
        ...on.environment,
        ...('atStep' in moment ? { CISTERN_TEST_DIES_AT: moment.atStep } : {}),
      },
      onStdoutLine: (line, self) => {
        lastStep = (JSON.parse(line) as { step?: string }).step ?? lastStep;
        // From its first word on: until then it has only been loaded.
        if ('atMs' in moment) timer ??= setTimeout(() => void self.stop('SIGKILL'), moment.atMs);
      },
    });
    await dying.finished;
    clearTimeout(timer);
    const journaled = await journaledStep(on.stateDir);
    const hook = await runNode(on.hook, { environment: on.environment });
    const modem = await modemEnd(on.modem);
    const wrong = await whatIsWrong(scene, on);
    return { moment, lastStep, journaled, hook: hookEnd(hook.stdout), modem, wrong };
  } finally {
    await on.end();
  }
}

type Prepared = {
  readonly router: Router;
  readonly modem: ModemProcess;
  readonly stateDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly update: readonly string[];
  readonly hook: readonly string[];
  readonly end: () => Promise<void>;
};

async function prepare({ program, repository, directory }: KillScene): Promise<Prepared> {
  const modem = await startModem({ firmware: DEMO_OLD_VERSION, rebootMs: 50 });
  const router = await aRouter({ services: SERVICES });
  const stateDir = await mkdtemp(join(directory, 'kill-'));
  return {
    router,
    modem,
    stateDir,
    environment: {
      CISTERN_TEST_ROUTER: router.root,
      CISTERN_MODEM: modem.locator,
      CISTERN_REPOSITORY: repository.url,
      CISTERN_ROOT: repository.rootFile,
      CISTERN_STATE: stateDir,
    },
    update: [program, 'update', '--json', '--accept', 'uplink'],
    hook: [program, 'schedule', 'run', '--trigger', 'resume', '--json'],
    end: async () => {
      await modem.stop();
      await router.end();
    },
  };
}

async function modemEnd({ states }: ModemProcess): Promise<KilledRun['modem']> {
  const deadlineMs = Date.now() + MODEM_SETTLES_MS;
  // Killed between the switch to EDL and its record, it may still be on its way.
  while (states.at(-1)?.state !== 'normal' && Date.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const last = states.at(-1);
  if (last?.state !== 'normal' || last.calibration !== 'intact') return 'LOST';
  if (last.firmware === DEMO_NEW_VERSION) return 'confirmed';
  return last.firmware === DEMO_OLD_VERSION ? 'untouched' : 'LOST';
}

async function whatIsWrong({ stageDirectory }: KillScene, on: Prepared): Promise<readonly string[]> {
  const wrong: string[] = [];
  const running = await on.router.running();
  if (running.join() !== SERVICES.join()) wrong.push(`only ${running.join() || 'no service'} runs`);
  const records = [...(await readStopped(on.stateDir)).keys()];
  if (records.length > 0) wrong.push(`services on record: ${records.join()}`);
  const stages = await readdir(stageDirectory).catch(() => []);
  if (stages.length > 0) wrong.push(`stages left: ${stages.join()}`);
  for (const name of await readdir(join(on.stateDir, 'locks')).catch(() => [])) {
    const lock = await takeLock(on.stateDir, name.slice(0, -'.lock'.length), systemProcesses);
    if (!lock.ok) wrong.push(`${name} is held`);
  }
  return wrong;
}

async function journaledStep(stateDir: string): Promise<UpdateStep | null> {
  const [attempt] = await attemptsIn(stateDir);
  return attempt?.ok ? attempt.value.step : null;
}

function hookEnd(stdout: string): string {
  try {
    const end = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { kind: string; code?: number };
    return end.code === undefined ? end.kind : `${end.kind}, ${end.code}`;
  } catch {
    return 'no answer';
  }
}

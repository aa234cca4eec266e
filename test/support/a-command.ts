/** `cistern` in this process, with a simulated modem at its door: flags in, words and exit code out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@stricli/core';
import { app } from '../../device/app.ts';
import { buildContext, type Context } from '../../device/context.ts';
import type { ModemDoor } from '../../device/transport/door.ts';
import { systemPorts } from '../../device/transport/local-ports.ts';
import { ok } from '../../shared/result.ts';
import { bareMachine } from './bare-machine.ts';
import { SHORT_TIMINGS } from './short-timings.ts';

export type Said = { readonly stdout: string; readonly stderr: string; readonly code: number };

export type CommandScene = {
  readonly stateDir: string;
  /** Runs `cistern …flags` to its end; each run says its own words. */
  readonly cistern: (...words: readonly string[]) => Promise<Said>;
  /** Questions that were asked so far. */
  readonly questions: readonly string[];
  readonly end: () => Promise<void>;
};

export type CommandSceneOptions = {
  readonly door: ModemDoor;
  /** What the person at the terminal types; without it nobody sits there. */
  readonly answer?: string;
  readonly context?: Partial<Context>;
};

/** The test runner's own signals are no business of the command. */
const quietProcess = Object.create(process, { on: { value: () => {} } }) as NodeJS.Process;

export async function aCommandScene({ door, answer, context }: CommandSceneOptions): Promise<CommandScene> {
  const stateDir = await mkdtemp(join(tmpdir(), 'cistern-command-'));
  const questions: string[] = [];
  const cistern = async (...words: readonly string[]): Promise<Said> => {
    const said = { stdout: '', stderr: '', code: 0 };
    const streamOf = (name: 'stdout' | 'stderr') => ({
      on: () => {},
      write: (text: string) => {
        said[name] += text;
      },
    });
    const process = Object.create(quietProcess, {
      stdout: { value: streamOf('stdout') },
      stderr: { value: streamOf('stderr') },
      exitCode: { value: 0, writable: true },
    }) as NodeJS.Process;
    const own: Context = {
      ...buildContext(process),
      environment: { CISTERN_MODEM: 'auto', CISTERN_STATE: stateDir },
      isInteractive: answer !== undefined,
      askLine: async (question) => {
        questions.push(question);
        return answer ?? null;
      },
      readTextFile: async () => null,
      openDoor: async () => ok(door),
      machine: bareMachine,
      localPorts: { ...systemPorts, sysfs: '/nowhere' },
      timings: SHORT_TIMINGS,
      signal: new AbortController().signal,
      setExitCode: (code) => {
        said.code = code;
      },
      ...context,
    };
    await run(app, words, own);
    const parsing = Number(process.exitCode ?? 0);
    return parsing < 0 ? { ...said, code: 64 } : said;
  };
  return { stateDir, cistern, questions, end: () => rm(stateDir, { recursive: true, force: true }) };
}

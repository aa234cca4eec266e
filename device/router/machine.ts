/** The machine around the modem, as ports: files below a root, programs, processes. Tests give it another root. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Result } from '../../shared/result.ts';
import { type Held, type HoldFailure, holdCommand } from './hold-command.ts';
import {
  CMDLINE_MAX_CHARS,
  PROCESSES_MAX,
  ROUTER_COMMAND_TIMEOUT_MS,
  ROUTER_OUTPUT_MAX_CHARS,
} from './limits.ts';
import type { PortHolder } from './preflight/facts.ts';
import { type RunEnd, runCommand } from './run-command.ts';

export type RunningProcess = {
  readonly pid: number;
  /** Names it goes by: of its program, and of the script that an interpreter runs. */
  readonly names: readonly string[];
};

export type Machine = {
  readonly isThere: (path: string) => Promise<boolean>;
  /** Null where there is none, or it may not be read. */
  readonly readText: (path: string) => Promise<string | null>;
  readonly run: (command: readonly string[]) => Promise<RunEnd>;
  /** Keeps a program running that has its effect only while it runs; absent where none can be kept. */
  readonly hold?: (command: readonly string[], says: string) => Promise<Result<Held, HoldFailure>>;
  readonly processes: () => Promise<readonly RunningProcess[]>;
  /** Who holds these device nodes open, where only the machine itself can tell; else /proc is read here. */
  readonly portHolders?: (nodes: readonly string[]) => Promise<readonly PortHolder[]>;
};

export const systemMachine: Machine = {
  isThere: (path) =>
    stat(path).then(
      () => true,
      () => false,
    ),
  readText: (path) => readFile(path, 'utf8').catch(() => null),
  run: (command) =>
    runCommand(
      command,
      { outputMaxChars: ROUTER_OUTPUT_MAX_CHARS, timeoutMs: ROUTER_COMMAND_TIMEOUT_MS },
      // What stops or starts a service is short and is not left half done.
      new AbortController().signal,
    ),
  hold: holdCommand,
  processes: () => readProcesses('/proc'),
};

/** Processes with a command line: neither kernel threads nor zombies have one (proc(5)). */
export async function readProcesses(proc: string): Promise<readonly RunningProcess[]> {
  const pids = (await readdir(proc).catch(() => []))
    .filter((name) => /^\d+$/.test(name))
    .slice(0, PROCESSES_MAX);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cmdline = await readFile(join(proc, pid, 'cmdline'), 'utf8').catch(() => '');
      const [program = '', script = ''] = cmdline.slice(0, CMDLINE_MAX_CHARS).split('\0');
      return program === '' ? null : { pid: Number(pid), names: namesOf(program, script) };
    }),
  );
  return found.filter((process) => process !== null);
}

const INTERPRETERS = /^(ba|da|a)?sh$|^busybox$|^lua[\d.]*$|^python[\d.]*$|^perl$/;

/** What a process goes by, of its program and the first word behind it. */
export function namesOf(program: string, script: string): readonly string[] {
  const name = basename(program.replace(/^-/, ''));
  return INTERPRETERS.test(name) && script !== '' && !script.startsWith('-')
    ? [name, basename(script)]
    : [name];
}

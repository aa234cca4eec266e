/** The one place that touches the process: streams, environment, clock, randomness, signals, network, terminal. */
import { setTimeout } from 'node:timers/promises';
import type { CommandContext } from '@stricli/core';
import { Agent } from 'undici';
import type { HttpPorts } from './http/client.ts';
import { UPLOADS_IN_FLIGHT } from './limits.ts';
import { promptSecret } from './prompt-secret.ts';

export type RepoContext = CommandContext & {
  readonly process: CommandContext['process'] & {
    exitCode?: number | string | null;
    readonly env: Readonly<Record<string, string | undefined>>;
  };
  /** Whether progress may redraw its line. */
  readonly isInteractive: boolean;
  readonly nowMs: () => number;
  readonly http: HttpPorts;
  /** Asks for the passphrase without showing it; null where nobody sits at a terminal. */
  readonly askPassphrase: (() => Promise<string>) | null;
  /** Aborts when the operator interrupts. */
  readonly signal: AbortSignal;
};

/** What the commands see of the world in earnest. */
export function buildContext(process: NodeJS.Process): RepoContext {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interruption.abort(new Interrupted()));
  }
  const { stdin, stderr } = process;
  return {
    process: { stdout: process.stdout, stderr, env: process.env },
    isInteractive: stderr.isTTY === true,
    nowMs: Date.now,
    http: {
      dispatcher: new Agent({ connections: 2 * UPLOADS_IN_FLIGHT }),
      sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
      random: Math.random,
    },
    askPassphrase: stdin.isTTY ? () => promptSecret('Passphrase of the offline keys: ', stdin, stderr) : null,
    signal: interruption.signal,
  };
}

/** The operator pressed Ctrl-C, or somebody ended the process. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted. What was uploaded stays; the same command goes on from there.');
    this.name = 'Interrupted';
  }
}

/** Runs the whole of `cistern-repo` in this process, with streams, clock and waits of the test. */
import { run } from '@stricli/core';
import { Agent } from 'undici';
import { app, processExitCode } from '../../manifests/app.ts';
import type { RepoContext } from '../../manifests/context.ts';

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

export async function runCisternRepo(
  args: readonly string[],
  world: {
    readonly env?: Record<string, string>;
    readonly nowMs?: number;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Ended> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const dispatcher = new Agent();
  const context: RepoContext = {
    process: {
      stdout: { write: (text) => void stdout.push(text) },
      stderr: { write: (text) => void stderr.push(text) },
      env: world.env ?? {},
    },
    isInteractive: false,
    nowMs: () => world.nowMs ?? Date.now(),
    http: { dispatcher, sleep: async () => {}, random: () => 0.5 },
    askPassphrase: null,
    signal: world.signal ?? new AbortController().signal,
  };
  await run(app, args, context);
  await dispatcher.close();
  return {
    code: processExitCode(context.process.exitCode),
    stdout: stdout.join(''),
    stderr: stderr.join(''),
  };
}

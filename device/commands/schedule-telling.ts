/** What the commands of `cistern schedule` share: the root directory, and how a failure is told. */
import type { Context } from '../context.ts';
import { runCommand } from '../router/run-command.ts';
import { COMMAND_SAID_MAX_CHARS, COMMAND_TIMEOUT_MS } from '../schedule/limits.ts';
import type { ScheduleFailure } from '../schedule/schedule-failure.ts';
import { tellFailure } from './tell.ts';
import { UNTOUCHED } from './tell-result.ts';

export type RootFlags = { readonly rootDirectory: string; readonly json: boolean };

export const rootFlags = {
  rootDirectory: {
    kind: 'parsed',
    parse: (text: string) => text,
    default: '/',
    brief: 'The root of the system it is for; another than / for an image',
    placeholder: 'directory',
  },
  json: { kind: 'boolean', default: false, withNegated: false, brief: 'Machine-readable output on stdout' },
} as const;

export function tellScheduleFailure(context: Context, failure: ScheduleFailure, json: boolean): void {
  tellFailure(context, failure, { json, state: UNTOUCHED });
}

/** A system that cannot be told now notices when it starts next. */
export async function tellSystem(
  { stderr, signal }: Context,
  commands: readonly (readonly string[])[],
): Promise<void> {
  for (const command of commands) {
    const bounds = { outputMaxChars: COMMAND_SAID_MAX_CHARS, timeoutMs: COMMAND_TIMEOUT_MS };
    const end = await runCommand(command, bounds, signal);
    if (end.code !== 0)
      stderr.write(
        `${command.join(' ')} did not work (${end.stderr.trim() || end.code}): reboot, or run it again\n`,
      );
  }
}

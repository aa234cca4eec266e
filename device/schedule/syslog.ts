/** One line for the system's log, through `logger`, which every system has in its own way (field 4: logread). */

import { runCommand } from '../router/run-command.ts';
import type { Told } from './judge-run.ts';
import { COMMAND_SAID_MAX_CHARS, COMMAND_TIMEOUT_MS } from './limits.ts';

export type TellSyslog = (told: Told) => Promise<void>;

/** A system without it loses nothing: the log on disk has the same line. */
export const loggerSyslog: TellSyslog = async ({ severity, text }) => {
  const command = ['logger', '-t', 'cistern', '-p', `daemon.${severity}`, '--', text];
  const bounds = { outputMaxChars: COMMAND_SAID_MAX_CHARS, timeoutMs: COMMAND_TIMEOUT_MS };
  await runCommand(command, bounds, new AbortController().signal);
};

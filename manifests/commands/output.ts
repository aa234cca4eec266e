/** How commands end: JSON for programs, sentences for people. */

import { CommandFailure } from '../command-failure.ts';
import type { RepoContext } from '../context.ts';
import type { RepoFailure } from '../failure.ts';
import { sentenceOf } from '../sentences.ts';

/** As every command takes it. */
export const jsonFlag = {
  kind: 'boolean',
  brief: 'One JSON object on stdout instead of sentences',
  default: false,
} as const;

/** Prints the result and ends well. */
export function succeed(
  context: RepoContext,
  options: { readonly json: boolean },
  result: { readonly json: object; readonly text: string },
): void {
  const shown = options.json ? JSON.stringify({ ok: true, ...result.json }) : result.text;
  context.process.stdout.write(`${shown}\n`);
}

/** The failure as stricli wants it; with `--json` it is on stdout too. `extra` is for programs. */
export function fail(
  context: RepoContext,
  options: { readonly json: boolean },
  failure: RepoFailure,
  extra: object = {},
): CommandFailure {
  if (options.json) {
    const shown = { ok: false, reason: failure.reason, sentence: sentenceOf(failure), ...extra };
    context.process.stdout.write(`${JSON.stringify(shown)}\n`);
  }
  return new CommandFailure(failure);
}

/** `64.5 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

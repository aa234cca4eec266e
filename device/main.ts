/** Runs the application; what it could not parse ends with the exit code of sysexits. */
import { run } from '@stricli/core';
import { app } from './app.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-code.ts';

export async function main(
  argv: readonly string[],
  context: Context,
  process: NodeJS.Process,
): Promise<void> {
  await run(app, argv, context);
  // stricli's own codes are negative: -4 and below for a wrong command line, the rest for bugs.
  const own = Number(process.exitCode ?? 0);
  if (own < 0) process.exitCode = own <= -4 ? EXIT.USAGE.code : EXIT.SOFTWARE.code;
}

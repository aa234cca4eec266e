/** The command that runs this program, for whatever starts it later: absolute paths. */
import type { Context } from '../context.ts';

export function ownCommand({ process }: Context): readonly string[] {
  const { execPath, argv } = process as unknown as NodeJS.Process;
  return [execPath, argv[1] ?? ''];
}

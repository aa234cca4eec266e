/** A program of this machine, run to its end within a time limit; its failure is a value with what it said. */
import { execFile } from 'node:child_process';
import { err, ok, type Result } from '../../shared/result.ts';

export type CommandFailure = {
  readonly reason: 'command-failed';
  readonly command: string;
  /** The last lines of what it wrote, or why it could not be started. */
  readonly why: string;
};

const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;
const WHY_LINES = 15;

export function hostCommand(
  program: string,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly cwd?: string; readonly input?: string },
): Promise<Result<string, CommandFailure>> {
  const { timeoutMs, cwd, input } = options;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        cwd,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: OUTPUT_MAX_BYTES,
        env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve(ok(stdout));
        const said = `${stdout}${stderr}`.trim().split('\n').slice(-WHY_LINES).join('\n');
        const command = [program, ...args].join(' ').slice(0, 300);
        resolve(err({ reason: 'command-failed', command, why: said === '' ? error.message : said }));
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

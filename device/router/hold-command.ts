/**
 * A program that has its effect as long as it runs, kept until it is released, or until this process is gone, however
 * it went: a shell ends it when the pipe to us closes, which the kernel does also for one that was killed.
 */
import { spawn } from 'node:child_process';
import { err, ok, type Result } from '../../shared/result.ts';
import { HOLD_END_TIMEOUT_MS, HOLD_TIMEOUT_MS, ROUTER_OUTPUT_MAX_CHARS } from './limits.ts';

export type Held = {
  /** Resolves when the program is gone, released or not. */
  readonly ended: Promise<void>;
  /** Ends it, and waits until it is gone. */
  readonly release: () => Promise<void>;
};

export type HoldFailure = { readonly why: string };

/** Whichever comes first: the program ends by itself, or our end of the pipe does. */
const UNTIL_WE_ARE_GONE = `exec 3<&0 </dev/null
"$@" 3<&- &
held=$!
{ read -r _ <&3; kill "$held"; } 2>/dev/null &
watch=$!
wait "$held"
code=$?
kill "$watch" 2>/dev/null
exit "$code"`;

/** Waits until the program has said `says` on its standard output; what ends before or says nothing holds nothing. */
export function holdCommand(
  command: readonly string[],
  says: string,
  { timeoutMs = HOLD_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<Result<Held, HoldFailure>> {
  // In a session of its own: Ctrl-C is not for it.
  const child = spawn('sh', ['-c', UNTIL_WE_ARE_GONE, 'sh', ...command], { detached: true });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => {});
  const release = async () => {
    child.stdin.end();
    const hard = setTimeout(() => killGroup(child.pid), HOLD_END_TIMEOUT_MS);
    await ended;
    clearTimeout(hard);
  };
  return new Promise((resolve) => {
    const said = { stdout: '', stderr: '' };
    const refuse = (why: string) => resolve(err({ why: said.stderr.trim().slice(0, 200) || why }));
    const timer = setTimeout(() => {
      void release().then(() => refuse(`it said nothing for ${timeoutMs / 1000} s`));
    }, timeoutMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] = (said[name] + text).slice(-ROUTER_OUTPUT_MAX_CHARS);
        if (!said.stdout.includes(says)) return;
        clearTimeout(timer);
        resolve(ok({ ended, release }));
      });
    }
    child.once('error', ({ message }) => refuse(message));
    child.once('close', (code) => {
      clearTimeout(timer);
      refuse(`it ended with code ${code}`);
    });
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

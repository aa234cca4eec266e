/** A program run to its end, its output kept from the end as far as the bound reaches. */
import { spawn } from 'node:child_process';

export type RunEnd = {
  /** Null where a signal ended it; 127 where there is no such program. */
  readonly code: number | null;
  readonly signalName: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunBounds = {
  readonly outputMaxChars: number;
  readonly timeoutMs: number | null;
  /** What an abort is passed on as; SIGTERM unless it is said. */
  readonly abortsWith?: 'SIGTERM' | 'SIGKILL';
  /** In a session of its own: what is typed at our terminal is not for it. */
  readonly isApart?: boolean;
};

/** An abort is passed on, and the end is awaited: a modem that is being flashed is finished. */
export function runCommand(
  [program = '', ...args]: readonly string[],
  { outputMaxChars, timeoutMs, abortsWith = 'SIGTERM', isApart = false }: RunBounds,
  signal: AbortSignal,
): Promise<RunEnd> {
  return new Promise((resolve) => {
    const said = { stdout: '', stderr: '' };
    const child = spawn(program, args, { detached: isApart, stdio: ['ignore', 'pipe', 'pipe'] });
    const pass = () => void child.kill(abortsWith);
    const timer = timeoutMs === null ? undefined : setTimeout(() => void child.kill('SIGKILL'), timeoutMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] = (said[name] + text).slice(-outputMaxChars);
      });
    }
    const end = (code: number | null, signalName: string | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', pass);
      resolve({ code, signalName, ...said });
    };
    // As a shell says it of a program that is not there.
    child.on('error', (error) => {
      said.stderr = error.message;
      end(127, null);
    });
    child.on('close', end);
    if (signal.aborted) pass();
    else signal.addEventListener('abort', pass, { once: true });
  });
}

/** Real processes for tests and the demonstration: run to their end, or started, watched and ended by their id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const REPOSITORY_ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type RunOptions = {
  readonly environment?: Readonly<Record<string, string>>;
  readonly onStdoutLine?: (line: string, process: Running) => void;
  readonly onStderr?: (text: string) => void;
  readonly timeoutMs?: number;
  /** The process writes to our own stderr, so that on a terminal its progress is animated; none is collected. */
  readonly inheritStderr?: boolean;
};

export type Running = {
  readonly pid: number;
  readonly finished: Promise<Finished>;
  readonly write: (text: string) => void;
  /** Ends the process and everything it started, and waits until it is gone. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
};

const DEFAULT_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 5_000;

/** Starts `node ARGS` in the repository's root, in a process group of its own. */
export function startNode(args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(process.execPath, args, {
    cwd: REPOSITORY_ROOT,
    // The supply of the machine that runs the tests is not theirs.
    env: { ...process.env, CISTERN_ACCEPT: 'power', ...options.environment },
    detached: true,
    stdio: ['pipe', 'pipe', options.inheritStderr === true ? 'inherit' : 'pipe'],
  });
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let stdout = '';
  let stderr = '';
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) options.onStdoutLine?.(line, running);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(text);
  });
  child.stdin?.on('error', () => {});
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
  const running: Running = {
    pid: child.pid ?? 0,
    finished,
    write: (text) => void child.stdin?.write(text),
    stop: async (signal = 'SIGTERM') => {
      killGroup(child, signal);
      const hard = setTimeout(() => killGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS);
      await finished;
      clearTimeout(hard);
    },
  };
  return running;
}

export async function runNode(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const running = startNode(args, options);
  return running.finished;
}

/** Resolves with the first stdout line that `isReady` accepts; rejects when the process ends before it. */
export function startAndAwaitLine(
  args: readonly string[],
  isReady: (line: string) => boolean,
  options: RunOptions = {},
): Promise<{ readonly running: Running; readonly line: string }> {
  return new Promise((resolve, reject) => {
    const running = startNode(args, {
      ...options,
      onStdoutLine: (line, self) => {
        options.onStdoutLine?.(line, self);
        if (isReady(line)) resolve({ running: self, line });
      },
    });
    running.finished.then(({ code, stdout, stderr }) =>
      reject(new Error(`${args.join(' ')} ended with ${code} before it was ready\n${stdout}\n${stderr}`)),
    );
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

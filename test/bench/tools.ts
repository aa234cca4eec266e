/** The peers' own programs, run as they are, with the time, the processor time and the memory they take. */
import { spawn } from 'node:child_process';
import { TOOL_TIMEOUT_MS } from './limits.ts';
import { watchPeak } from './watch-peak.ts';

export type ToolRun = {
  readonly code: number | null;
  readonly wallMs: number;
  /** User and system time of the program and what it started. */
  readonly cpuMs: number;
  /** The most memory that its processes had resident, each by itself, added up. */
  readonly peakBytes: number;
  readonly stdout: string;
  readonly stderr: string;
};

const CPU_LINE = /\ncpu ([\d.]+) ([\d.]+)\n$/;
const OUTPUT_MAX_CHARS = 1_000_000;

/** Runs `command ARGS`; a run that takes longer than `timeoutMs` is ended, with all it started, and has no code. */
export function runTool(
  command: string,
  args: readonly string[],
  options: { readonly directory?: string; readonly timeoutMs?: number } = {},
): Promise<ToolRun> {
  const { directory, timeoutMs = TOOL_TIMEOUT_MS } = options;
  // The shell's `time` is the one portable way to learn what a program and its children cost.
  const script = `TIMEFORMAT=$'\\ncpu %U %S'; time "$@"`;
  const startedMs = performance.now();
  const child = spawn('bash', ['-c', script, 'bash', command, ...args], {
    cwd: directory,
    env: { ...process.env, LC_ALL: 'C' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const peak = watchPeak(child.pid);
  const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), timeoutMs);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-OUTPUT_MAX_CHARS);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-OUTPUT_MAX_CHARS);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      const peakBytes = peak.stop();
      const [, user = 0, system = 0] = CPU_LINE.exec(stderr) ?? [];
      resolve({
        code,
        wallMs: performance.now() - startedMs,
        cpuMs: (Number(user) + Number(system)) * 1000,
        peakBytes,
        stdout,
        stderr: stderr.replace(CPU_LINE, ''),
      });
    });
  });
}

/** Whether a peer can be measured here. One that cannot is said aloud: a table that hides it would lie. */
export async function isInstalled(tool: string): Promise<boolean> {
  const { code } = await runTool('bash', ['-c', `command -v ${tool}`]);
  if (code !== 0)
    process.stderr.write(`\n*** MISSING PEER: ${tool} is not installed; its column stays empty ***\n`);
  return code === 0;
}

export function notInstalled(tool: string): { readonly missing: string } {
  return { missing: `${tool} is not installed` };
}

/** Fails with the tool's own words. */
export function mustSucceed(run: ToolRun, what: string): ToolRun {
  if (run.code === 0) return run;
  throw new Error(`${what} ended with ${run.code}\n${run.stderr.slice(-2000)}`);
}

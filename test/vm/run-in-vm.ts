/**
 * Boots the guest, runs one shell script in it and answers its exit code and what it wrote. QEMU is always ended: by
 * the guest's power off, by the time limit, with this process, or by `timeout` should this process be killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { err, ok, type Result } from '../../shared/result.ts';
import type { BootFiles } from './initramfs.ts';
import { ORPHAN_GRACE_S, OUTPUT_MAX_CHARS } from './limits.ts';
import { type Accelerator, qemuArguments } from './qemu.ts';

export type VmJob = {
  /** For sh, as root, below the host's own files (read-only; what is written is in memory and lost). */
  readonly script: string;
  /** Files that the script finds in /run/job. */
  readonly files?: Readonly<Record<string, string>>;
  readonly accelerator: Accelerator;
  readonly timeoutMs: number;
  /** Each line as the guest writes it, `@...` among them. */
  readonly onLine?: (line: string) => void;
  /** An ext4 image that keeps what the guest writes. */
  readonly diskFile?: string;
  /** QEMU is ended at once when it is aborted, as a power cut ends a machine. */
  readonly power?: AbortSignal;
};

export type VmRun = {
  readonly exitCode: number;
  readonly output: string;
  readonly kernelLog: string;
  /** QEMU's start to its end. */
  readonly tookMs: number;
};

export type VmFailure = {
  readonly reason:
    | 'vm-timed-out'
    | 'vm-power-cut'
    | 'vm-ended-early'
    | 'vm-init-failed'
    | 'vm-runaway-output';
  readonly why: string;
  readonly output: string;
  readonly kernelLog: string;
};

const CARRIAGE_RETURNS = /\r/g;

export async function runInVm(
  boot: BootFiles,
  job: VmJob,
  signal?: AbortSignal,
): Promise<Result<VmRun, VmFailure>> {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-vm-'));
  try {
    await writeFile(join(directory, 'job.sh'), job.script);
    for (const [name, content] of Object.entries(job.files ?? {}))
      await writeFile(join(directory, name), content);
    const kernelLogFile = `${directory}.kernel-log`;
    const startedMs = performance.now();
    const ended = await runQemu(boot, job, directory, kernelLogFile, signal);
    const tookMs = performance.now() - startedMs;
    const kernelLog = (await readFile(kernelLogFile, 'utf8').catch(() => '')).replaceAll(
      CARRIAGE_RETURNS,
      '',
    );
    await rm(kernelLogFile, { force: true });
    return judge(ended, kernelLog, { tookMs, timeoutMs: job.timeoutMs });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Ended = {
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly stopped: 'time' | 'output' | 'power' | null;
};

function judge(
  { lines, stderr, stopped }: Ended,
  kernelLog: string,
  { tookMs, timeoutMs }: { readonly tookMs: number; readonly timeoutMs: number },
): Result<VmRun, VmFailure> {
  const output = lines.filter((line) => !line.startsWith('@')).join('\n');
  const failed = (reason: VmFailure['reason'], why: string) => err({ reason, why, output, kernelLog });
  if (stopped === 'output') return failed('vm-runaway-output', `more than ${OUTPUT_MAX_CHARS} characters`);
  if (stopped === 'time') return failed('vm-timed-out', `not done within ${timeoutMs / 1000} s`);
  if (stopped === 'power') return failed('vm-power-cut', 'its power was cut');
  const init = lines.find((line) => line.startsWith('@init-failed '));
  if (init !== undefined) return failed('vm-init-failed', init.slice('@init-failed '.length));
  const exit = lines.map((line) => /^@exit (\d+)$/.exec(line)?.[1]).find((code) => code !== undefined);
  if (exit === undefined)
    return failed('vm-ended-early', stderr.trim() || 'the guest went off before its job ended');
  return ok({ exitCode: Number(exit), output, kernelLog, tookMs });
}

function runQemu(
  boot: BootFiles,
  { accelerator, timeoutMs, onLine, diskFile, power }: VmJob,
  jobDirectory: string,
  kernelLogFile: string,
  signal: AbortSignal | undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const lifetime = String(Math.ceil(timeoutMs / 1000) + ORPHAN_GRACE_S);
    const qemu = qemuArguments(boot, {
      accelerator,
      jobDirectory,
      kernelLogFile,
      ...(diskFile === undefined ? {} : { diskFile }),
    });
    const child = spawn('timeout', ['--signal=KILL', lifetime, ...qemu], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    let chars = 0;
    let stderr = '';
    let stopped: Ended['stopped'] = null;
    const stop = (why: Ended['stopped']) => {
      stopped ??= why;
      killGroup(child);
    };
    const timer = setTimeout(() => stop('time'), timeoutMs);
    const abort = () => killGroup(child);
    const cut = () => stop('power');
    if (power?.aborted) cut();
    power?.addEventListener('abort', cut, { once: true });
    process.once('exit', abort);
    signal?.addEventListener('abort', abort, { once: true });

    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = text.replaceAll(CARRIAGE_RETURNS, '');
      chars += line.length + 1;
      if (chars > OUTPUT_MAX_CHARS) return stop('output');
      lines.push(line);
      onLine?.(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < OUTPUT_MAX_CHARS) stderr += text;
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      process.off('exit', abort);
      signal?.removeEventListener('abort', abort);
      power?.removeEventListener('abort', cut);
      resolve({ lines, stderr, stopped });
    });
  });
}

/** `timeout` leads a process group of its own, and QEMU is in it. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

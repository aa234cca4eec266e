/** One scenario from the host's side: modem and guest started, the guest's wishes for the modem passed on, both ended. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import { type Modem, type PublishedRelease, startModem } from './around.ts';
import type { BootFiles } from './initramfs.ts';
import { KERNEL_LOG_TAIL_LINES, SCENARIO_TIMEOUT_MS } from './limits.ts';
import { LOGS } from './paths.ts';
import type { Accelerator } from './qemu.ts';
import { runInVm, type VmFailure, type VmRun } from './run-in-vm.ts';
import type { Scenario, Setting } from './scenario.ts';

export type Ran = {
  readonly name: string;
  readonly passed: boolean;
  /** The virtual machine's share; the modem and the repository are started outside it. */
  readonly tookMs: number;
  /** What to read when it failed. */
  readonly log: string;
  readonly logFile: string | null;
  /** What the scenario has to say when it passed. */
  readonly report: string | null;
};

const MODEM_PREFIX = '@modem ';
const REPORT_PREFIX = '@report ';

export async function runScenario(
  name: string,
  scenario: Scenario,
  around: {
    readonly boot: BootFiles;
    readonly accelerator: Accelerator;
    readonly release: PublishedRelease | null;
    readonly onLine: (line: string) => void;
  },
  signal: AbortSignal,
): Promise<Ran> {
  const log: string[] = [];
  const note = (line: string) => {
    log.push(line);
    around.onLine(line);
  };
  const startedMs = performance.now();
  const events: object[] = [];
  const heard = (line: string) => {
    note(`[modem] ${line}`);
    events.push(JSON.parse(line) as object);
  };
  const modem = scenario.modem === null ? null : await startModem(scenario.modem, heard);
  try {
    const { release } = around;
    const setting: Setting = {
      scenario: name,
      usbipPort: modem?.usbipPort ?? null,
      oldVersion: DEMO_OLD_VERSION,
      newVersion: DEMO_NEW_VERSION,
      repository: scenario.needs === 'repository' ? (release?.repository ?? null) : null,
      packageDirectory: scenario.needs === undefined ? null : (release?.packageDirectory ?? null),
    };
    const job = {
      script: GUEST_SCRIPT,
      files: { 'setting.json': JSON.stringify(setting) },
      accelerator: around.accelerator,
      timeoutMs: SCENARIO_TIMEOUT_MS,
      onLine: (line: string) => {
        note(line);
        if (line.startsWith(MODEM_PREFIX)) modem?.tell(line.slice(MODEM_PREFIX.length));
        if (line.startsWith(REPORT_PREFIX))
          events.push(JSON.parse(line.slice(REPORT_PREFIX.length)) as object);
      },
    };
    const run = await runInVm(around.boot, job, signal);
    const why = failureOf(run.ok ? run.value : run.failure) ?? afterwards(scenario, modem, setting);
    const tookMs = run.ok ? run.value.tookMs : performance.now() - startedMs;
    if (why !== null) log.push('', ...kernelTail(run.ok ? run.value : run.failure), `FAILED: ${why}`);
    const logFile = join(LOGS, `${name}.log`);
    await writeFile(logFile, `${log.join('\n')}\n`);
    const report = why === null ? (scenario.report?.(events) ?? null) : null;
    return { name, passed: why === null, tookMs, log: log.join('\n'), logFile, report };
  } finally {
    await modem?.stop();
  }
}

const GUEST_SCRIPT = `cd '${REPOSITORY_ROOT}'
export PATH="$PWD/node_modules/.bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME=/tmp NO_COLOR=1
exec node test/vm/guest/main.ts
`;

function failureOf(run: VmRun | VmFailure): string | null {
  if ('reason' in run) return `${run.reason}: ${run.why}`;
  return run.exitCode === 0 ? null : `the scenario ended with ${run.exitCode} in the guest`;
}

function afterwards(scenario: Scenario, modem: Modem | null, setting: Setting): string | null {
  try {
    scenario.afterwards?.(modem?.states ?? [], setting);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function kernelTail({ kernelLog }: VmRun | VmFailure): readonly string[] {
  return kernelLog
    .trimEnd()
    .split('\n')
    .slice(-KERNEL_LOG_TAIL_LINES)
    .map((line) => `[kernel] ${line}`);
}

/** One scenario from the host's side: modem and guest started, the guest's wishes for the modem passed on, both ended. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../shared/result.ts';
import { DEMO_NEW_VERSION, DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { REPOSITORY_ROOT } from '../support/processes.ts';
import { type Modem, type PublishedRelease, startModem } from './around.ts';
import { type Disk, makeDisk } from './disk.ts';
import type { CommandFailure } from './host-command.ts';
import type { BootFiles } from './initramfs.ts';
import { KERNEL_LOG_TAIL_LINES, SCENARIO_TIMEOUT_MS } from './limits.ts';
import { LOGS } from './paths.ts';
import type { Accelerator } from './qemu.ts';
import { runInVm, type VmFailure, type VmRun } from './run-in-vm.ts';
import type { ModemEvent, Scenario, Setting } from './scenario.ts';

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
const POWER_CUT = '@power cut';

type Around = {
  readonly boot: BootFiles;
  readonly accelerator: Accelerator;
  readonly release: PublishedRelease | null;
  readonly onLine: (line: string) => void;
};

export async function runScenario(
  name: string,
  scenario: Scenario,
  around: Around,
  signal: AbortSignal,
): Promise<Ran> {
  const log: string[] = [];
  const note = (line: string) => {
    log.push(line);
    around.onLine(line);
  };
  const power = new AbortController();
  const events: ModemEvent[] = [];
  const heard = (line: string) => {
    note(`[modem] ${line}`);
    const event = JSON.parse(line) as ModemEvent;
    events.push(event);
    if (scenario.powerCut?.at?.(event)) power.abort();
  };
  const disk = scenario.powerCut === undefined ? null : mustBeMade(await makeDisk());
  const modem = scenario.modem === null ? null : await startModem(scenario.modem, heard);
  try {
    const setting = settingOf(name, scenario, modem, around.release);
    const whatSaid = (line: string) => {
      note(line);
      if (line.startsWith(MODEM_PREFIX)) modem?.tell(line.slice(MODEM_PREFIX.length));
      if (line.startsWith(REPORT_PREFIX))
        events.push(JSON.parse(line.slice(REPORT_PREFIX.length)) as ModemEvent);
      if (line === POWER_CUT) power.abort();
    };
    const runGuest = (boot: Setting['boot']) => {
      const job = {
        script: GUEST_SCRIPT,
        files: { 'setting.json': JSON.stringify({ ...setting, boot }), clone: REPOSITORY_ROOT },
        accelerator: around.accelerator,
        timeoutMs: SCENARIO_TIMEOUT_MS,
        onLine: whatSaid,
        ...(disk === null ? {} : { diskFile: disk.file }),
        ...(boot === 1 ? { power: power.signal } : {}),
      };
      return runInVm(around.boot, job, signal);
    };

    const startedMs = performance.now();
    const runs = [await runGuest(1)];
    if (scenario.powerCut !== undefined && wasCut(runs[0])) {
      note('[host] the power of the guest was cut, and is there again');
      runs.push(await runGuest(2));
    }
    const tookMs = performance.now() - startedMs;
    const last = runs.at(-1) as GuestRun;
    const why =
      failureOf(last) ??
      (scenario.powerCut !== undefined && runs.length === 1 ? 'its power was never cut' : null) ??
      afterwards(scenario, modem, setting, events);
    if (why !== null) log.push('', ...kernelTail(last), `FAILED: ${why}`);
    const logFile = join(LOGS, `${name}.log`);
    await writeFile(logFile, `${log.join('\n')}\n`);
    const report = why === null ? (scenario.report?.(events) ?? null) : null;
    return { name, passed: why === null, tookMs, log: log.join('\n'), logFile, report };
  } finally {
    await modem?.stop();
    await disk?.remove();
  }
}

function mustBeMade(made: Result<Disk, CommandFailure>): Disk {
  if (made.ok) return made.value;
  throw new Error(`${made.failure.command}: ${made.failure.why}`);
}

function settingOf(
  scenario: string,
  { needs }: Scenario,
  modem: Modem | null,
  release: PublishedRelease | null,
): Setting {
  return {
    scenario,
    boot: 1,
    usbipPort: modem?.usbipPort ?? null,
    oldVersion: DEMO_OLD_VERSION,
    newVersion: DEMO_NEW_VERSION,
    repository: needs === 'repository' ? (release?.repository ?? null) : null,
    packageDirectory: needs === undefined ? null : (release?.packageDirectory ?? null),
  };
}

const GUEST_SCRIPT = `cd '${REPOSITORY_ROOT}'
export PATH="$PWD/node_modules/.bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME=/tmp NO_COLOR=1
exec node test/vm/guest/main.ts
`;

type GuestRun = Result<VmRun, VmFailure>;

function wasCut(run: GuestRun | undefined): boolean {
  return run?.ok === false && run.failure.reason === 'vm-power-cut';
}

function failureOf(run: GuestRun): string | null {
  if (!run.ok) return `${run.failure.reason}: ${run.failure.why}`;
  return run.value.exitCode === 0 ? null : `the scenario ended with ${run.value.exitCode} in the guest`;
}

function afterwards(
  scenario: Scenario,
  modem: Modem | null,
  setting: Setting,
  events: readonly ModemEvent[],
): string | null {
  try {
    scenario.afterwards?.(modem?.states ?? [], setting, events);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function kernelTail(run: GuestRun): readonly string[] {
  const { kernelLog } = run.ok ? run.value : run.failure;
  return kernelLog
    .trimEnd()
    .split('\n')
    .slice(-KERNEL_LOG_TAIL_LINES)
    .map((line) => `[kernel] ${line}`);
}

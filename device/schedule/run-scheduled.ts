/**
 * One unattended run: at its own moment, as a process of its own, quiet unless something happened. On `resume` only
 * what was broken off is taken up, on every modem: one in EDL that no journal speaks of is left alone.
 */
import type { Clock } from '../clock.ts';
import { type RunEnd, runCommand } from '../router/run-command.ts';
import { judgeRun, type Told } from './judge-run.ts';
import { CHILD_OUTPUT_MAX_CHARS, JITTER_MAX_MINUTES } from './limits.ts';
import { appendToLog } from './rotating-log.ts';
import type { Trigger } from './scheduled-file.ts';
import type { TellSyslog } from './syslog.ts';
import { unfinishedAttempts } from './unfinished-attempts.ts';
import { type MaintenanceWindow, stableOffsetMinutes, windowText } from './window.ts';

export type ScheduledRun = {
  readonly trigger: Trigger;
  /** Minutes over which devices spread by themselves; 0 where the timer has this device's own minute. */
  readonly spreadMinutes: number;
  /** The updater's command, and what names the rest: `update` and its flags are added. */
  readonly program: readonly string[];
  readonly flags: readonly string[];
  /** Within which a run of the timer may enter EDL; null at any time. */
  readonly window: MaintenanceWindow | null;
  /** The modem that the settings name; null where none does. */
  readonly modem: string | null;
};

export type ScheduledRunPorts = {
  readonly stateDir: string;
  readonly deviceId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tellSyslog: TellSyslog;
  /** Starts what runs that died had stopped, and frees what they held. */
  readonly clearUpAfterDeadRuns: () => Promise<unknown>;
  /** What could be told neither on disk nor otherwise. */
  readonly onNote: (note: string) => void;
};

export type ScheduledRunEnd =
  | { readonly kind: 'nothing-unfinished' }
  /** Ended while it waited for its moment: the modem was not touched. */
  | { readonly kind: 'interrupted' }
  /** Of several modems the first that did not end well; all are told on disk and in the system log. */
  | { readonly kind: 'ran'; readonly code: number; readonly told: Told | null };

export async function runScheduled(
  run: ScheduledRun,
  ports: ScheduledRunPorts,
  signal: AbortSignal,
): Promise<ScheduledRunEnd> {
  const starts = startsOf(run, await unfinishedAttempts(ports.stateDir));
  if (starts.length === 0) {
    await ports.clearUpAfterDeadRuns();
    return { kind: 'nothing-unfinished' };
  }
  if (run.trigger === 'timer') await ports.clock.sleep(waitMs(run.spreadMinutes, ports), signal);
  const ends: Ran[] = [];
  for (const start of starts) {
    if (signal.aborted) break;
    ends.push(await runUpdater(start, run, ports, signal));
  }
  return ends.find(({ code }) => code !== 0) ?? ends[0] ?? { kind: 'interrupted' };
}

/** One start of the updater; `modem` is null for the one that the settings name. */
type Start = { readonly modem: string | null; readonly resumeOnly: boolean };

/**
 * What waits to be finished comes first, one run a modem: it is named by its journal, whatever the settings say, for
 * `auto` may mean another one by now. Then the modem of the settings, whose own run takes up what waits there; a boot
 * or a modem in EDL is no maintenance window, and nothing new is installed then.
 */
function startsOf(
  { trigger, modem }: ScheduledRun,
  unfinished: readonly (string | null)[],
): readonly Start[] {
  const waiting = [...new Set(unfinished.map((where) => where ?? modem))];
  const finishing = waiting.map((where) => ({ modem: where, resumeOnly: true }));
  if (trigger === 'resume') return finishing;
  const own = modem ?? waiting[0] ?? null;
  return [...finishing.filter((start) => start.modem !== own), { modem: own, resumeOnly: false }];
}

type Ran = Extract<ScheduledRunEnd, { readonly kind: 'ran' }>;

async function runUpdater(
  { modem, resumeOnly }: Start,
  { trigger, program, flags, window }: ScheduledRun,
  ports: ScheduledRunPorts,
  signal: AbortSignal,
): Promise<Ran> {
  const named = modem === null ? [] : ['--modem', modem];
  const only = resumeOnly ? ['--resume-only'] : [];
  const within = !resumeOnly && window !== null ? ['--window', windowText(window)] : [];
  const command = [...program, 'update', '--quiet', '--json', ...only, ...within, ...flags, ...named];
  // No bound on its time: every wait of the updater has its own, and a flashing is never cut off.
  const end = await runCommand(command, { outputMaxChars: CHILD_OUTPUT_MAX_CHARS, timeoutMs: null }, signal);
  // It may have been killed; one that lives keeps what it has stopped.
  await ports.clearUpAfterDeadRuns();
  const told = judgeRun(end, trigger);
  if (told !== null) await tell(told, trigger, ports);
  return { kind: 'ran', code: exitCodeOf(end), told };
}

/** The share of the spread that is this device's own, and a little that is nobody's. */
export function waitMs(
  spreadMinutes: number,
  { deviceId, random }: Pick<ScheduledRunPorts, 'deviceId' | 'random'>,
): number {
  const own = spreadMinutes === 0 ? 0 : stableOffsetMinutes(deviceId, spreadMinutes) * 60_000;
  const jitterMinutes =
    spreadMinutes === 0 ? JITTER_MAX_MINUTES : Math.min(spreadMinutes, JITTER_MAX_MINUTES);
  return own + Math.floor(random() * jitterMinutes * 60_000);
}

async function tell(told: Told, trigger: Trigger, ports: ScheduledRunPorts): Promise<void> {
  const at = new Date(ports.clock.nowMs()).toISOString();
  const logged = await appendToLog(ports.stateDir, `${at} ${trigger} ${told.severity} ${told.text}`);
  if (!logged.ok) ports.onNote(`${logged.failure.path} could not be written (${logged.failure.why})`);
  await ports.tellSyslog(told);
}

/** 128 and more for a signal, as shells say it. */
function exitCodeOf({ code, signalName }: RunEnd): number {
  return code ?? (signalName === 'SIGTERM' ? 143 : 137);
}

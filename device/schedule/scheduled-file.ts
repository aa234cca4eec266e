/** What a schedule consists of, as data: nothing here writes. */
import type { TimeOfDay } from './window.ts';

export const SYSTEMS = ['systemd', 'openwrt', 'cron'] as const;
/** What starts programs on this machine. */
export type System = (typeof SYSTEMS)[number];

/** The first comment of every file that is ours; a file without it is never replaced or removed. */
export const OWNERSHIP_MARK = 'Written by: cistern schedule install. Taken away by: cistern schedule remove.';

/** What starts a run: its minute of the day, or a boot or a modem in EDL. */
export type Trigger = 'timer' | 'resume';

export type ScheduledFile =
  /** `isSettings`: a person may change it, so one that is there stays as it is. */
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly text: string;
      readonly mode: number;
      readonly isSettings?: true;
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** Lines of ours between two marks in a file of others; `text` ends with a newline. */
  | { readonly kind: 'block'; readonly path: string; readonly text: string; readonly mode: number };

export type ScheduleWish = {
  /** The updater's own command: absolute paths. */
  readonly program: readonly string[];
  readonly at: TimeOfDay;
  /** Minutes after `at` over which devices spread by themselves when they run; 0 where `at` is this device's own. */
  readonly spreadMinutes: number;
  /** The maintenance window, as `--window` takes it: a run that the timer starts enters EDL within it or not at all. */
  readonly window: string;
  /** Settings that the runs get, by the names of the settings file, e.g. `modem`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the machine has udev, which tells of a modem that turns up in EDL. */
  readonly hasUdev: boolean;
};

/** `CISTERN_KEEP_COPY` for `keepCopy`, as `config.ts` reads them. */
export function variableOf(setting: string): string {
  return `CISTERN_${setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

export function runArguments(
  trigger: Trigger,
  { spreadMinutes, window }: Pick<ScheduleWish, 'spreadMinutes' | 'window'>,
): readonly string[] {
  const run = ['schedule', 'run', '--trigger', trigger];
  if (trigger === 'resume') return run;
  const spread = spreadMinutes > 0 ? ['--spread', String(spreadMinutes)] : [];
  return [...run, ...spread, '--window', window];
}

/** One word of a POSIX shell, whatever it holds. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

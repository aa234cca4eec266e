/**
 * Who would reboot the machine, or cut the modem's power, while the modem is away: programs known for it; lines of a
 * crontab that ask for the network and then restart something, themselves or in a script that they name; and lines
 * that restart it whatever the network does, and are due before a flashing has ended.
 */
import * as z from 'zod';
import { CRON_REBOOT_WITHIN_MINUTES } from '../limits.ts';
import type { Machine } from '../machine.ts';
import { type CronLine, cronLines } from './cron-lines.ts';
import { nextRun, type WallMinute } from './cron-time.ts';
import known from './watchdogs.json' with { type: 'json' };

const words = z.array(z.string().regex(/^[\w.-]{1,40}$/)).max(100);
const KNOWN = z
  .strictObject({
    format: z.literal('cistern-watchdogs/1'),
    processes: words,
    asksForNetwork: words,
    restarts: words,
  })
  .parse(known);

export type Watchdogs = {
  /** As a person finds it: `ping_reboot (process 7)`, or the file and the line. */
  readonly watching: readonly string[];
  /** The file and the line of what restarts the machine at its hour. */
  readonly due: readonly string[];
};

/** What services that are to be stopped take with them: no watchdog by then. */
export type Going = { readonly processes: readonly string[]; readonly cronLines: boolean };

export async function watchdogs(
  machine: Pick<Machine, 'readText' | 'run' | 'processes'>,
  going: Going = { processes: [], cronLines: false },
): Promise<Watchdogs> {
  const running = (await machine.processes())
    .filter(({ names }) => !names.some((name) => going.processes.includes(name)))
    .flatMap(({ pid, names }) =>
      names.filter((name) => KNOWN.processes.includes(name)).map((name) => `${name} (process ${pid})`),
    );
  const lines = going.cronLines ? [] : await cronLines(machine);
  const restarting = lines.filter(({ commands }) => commands.some((text) => RESTARTS.test(text)));
  const watching = restarting.filter(isWatchdog);
  const timed = restarting.filter((line) => !isWatchdog(line));
  const now = timed.length === 0 ? null : await wallMinute(machine);
  const due = timed.filter(
    // Where the machine does not tell its time, any hour may be the next.
    ({ line }) => now === null || nextRun(line, now, CRON_REBOOT_WITHIN_MINUTES) !== null,
  );
  return { watching: [...running, ...watching.map(placeOf)], due: due.map(placeOf) };
}

/** Of the machine that the crontabs are on: its zone is not ours. */
async function wallMinute({ run }: Pick<Machine, 'run'>): Promise<WallMinute | null> {
  const { code, stdout } = await run(['date', '+%Y-%m-%dT%H:%M']);
  const atMs = code === 0 ? Date.parse(`${stdout.trim()}Z`) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs / 60_000;
}

const ASKS = wordOf(KNOWN.asksForNetwork);
const RESTARTS = wordOf(KNOWN.restarts);

function isWatchdog({ commands }: CronLine): boolean {
  return commands.some((text) => ASKS.test(text) && RESTARTS.test(text));
}

function placeOf({ file, line }: CronLine): string {
  return `${file}: ${line.slice(0, 200)}`;
}

function wordOf(names: readonly string[]): RegExp {
  return new RegExp(`(?<![\\w.-])(?:${names.join('|')})(?![\\w.-])`);
}

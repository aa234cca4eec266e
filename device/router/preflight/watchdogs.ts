/**
 * Who would reboot the machine, or cut the modem's power, because the modem is away: programs known for it, and lines of
 * a crontab that ask for the network and then restart something, themselves or in a script that they name.
 */
import * as z from 'zod';
import { CRON_FILES_MAX, CRON_LINES_MAX, CRON_SCRIPTS_MAX, CRON_TEXT_MAX_CHARS } from '../limits.ts';
import type { Machine } from '../machine.ts';
import known from './watchdogs.json' with { type: 'json' };

const words = z.array(z.string().regex(/^[\w.-]{1,40}$/)).max(100);
const path = z.string().startsWith('/').max(100);
const KNOWN = z
  .strictObject({
    format: z.literal('cistern-watchdogs/1'),
    processes: words,
    crontabs: z.array(path).max(20),
    crontabDirectory: path,
    asksForNetwork: words,
    restarts: words,
  })
  .parse(known);

/** As a person finds it: `ping_reboot (process 7)`, or the file and the line. */
export async function watchdogs(
  machine: Pick<Machine, 'readText' | 'run' | 'processes'>,
): Promise<readonly string[]> {
  const running = (await machine.processes()).flatMap(({ pid, names }) =>
    names.filter((name) => KNOWN.processes.includes(name)).map((name) => `${name} (process ${pid})`),
  );
  const lines = await Promise.all(
    (await crontabs(machine)).map(async (file) => {
      const found = await watchdogLines((await machine.readText(file)) ?? '', machine);
      return found.map((line) => `${file}: ${line}`);
    }),
  );
  return [...running, ...lines.flat()];
}

async function crontabs({ run }: Pick<Machine, 'run'>): Promise<readonly string[]> {
  const { code, stdout } = await run(['ls', KNOWN.crontabDirectory]);
  const names = code === 0 ? stdout.split('\n').filter((name) => /^[\w.-]+$/.test(name)) : [];
  return [...KNOWN.crontabs, ...names.map((name) => `${KNOWN.crontabDirectory}/${name}`)].slice(
    0,
    CRON_FILES_MAX,
  );
}

async function watchdogLines(
  crontab: string,
  machine: Pick<Machine, 'readText'>,
): Promise<readonly string[]> {
  const lines = crontab
    .slice(0, CRON_TEXT_MAX_CHARS)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(0, CRON_LINES_MAX);
  const found: string[] = [];
  for (const line of lines) {
    const scripts = [...line.matchAll(/(?<=^|[\s;&|(])\/[\w./-]+/g)].slice(0, CRON_SCRIPTS_MAX);
    const texts = await Promise.all(scripts.map(([script]) => readScript(script, machine)));
    if ([line, ...texts].some(isWatchdog)) found.push(line.slice(0, 200));
  }
  return found;
}

/** Programs are no text: what begins otherwise is not read as one. */
async function readScript(script: string, { readText }: Pick<Machine, 'readText'>): Promise<string> {
  const text = (await readText(script)) ?? '';
  return text.startsWith('#!') ? text.slice(0, CRON_TEXT_MAX_CHARS) : '';
}

const ASKS = wordOf(KNOWN.asksForNetwork);
const RESTARTS = wordOf(KNOWN.restarts);

function isWatchdog(text: string): boolean {
  const commands = text.replaceAll(/^\s*#.*$/gm, '');
  return ASKS.test(commands) && RESTARTS.test(commands);
}

function wordOf(names: readonly string[]): RegExp {
  return new RegExp(`(?<![\\w.-])(?:${names.join('|')})(?![\\w.-])`);
}

/** Lines of the crontabs of a machine, each with the scripts that it names. */
import * as z from 'zod';
import { CRON_FILES_MAX, CRON_LINES_MAX, CRON_SCRIPTS_MAX, CRON_TEXT_MAX_CHARS } from '../limits.ts';
import type { Machine } from '../machine.ts';
import known from './crontabs.json' with { type: 'json' };

const path = z.string().startsWith('/').max(100);
const KNOWN = z
  .strictObject({ format: z.literal('cistern-crontabs/1'), files: z.array(path).max(20), directory: path })
  .parse(known);

export type CronLine = {
  readonly file: string;
  readonly line: string;
  /** The line, and what the scripts in it hold, without comments. */
  readonly commands: readonly string[];
};

export async function cronLines(machine: Pick<Machine, 'readText' | 'run'>): Promise<readonly CronLine[]> {
  const lines = await Promise.all((await crontabs(machine)).map((file) => linesOf(file, machine)));
  return lines.flat();
}

async function crontabs({ run }: Pick<Machine, 'run'>): Promise<readonly string[]> {
  const { code, stdout } = await run(['ls', KNOWN.directory]);
  const names = code === 0 ? stdout.split('\n').filter((name) => /^[\w.-]+$/.test(name)) : [];
  return [...KNOWN.files, ...names.map((name) => `${KNOWN.directory}/${name}`)].slice(0, CRON_FILES_MAX);
}

async function linesOf(file: string, machine: Pick<Machine, 'readText'>): Promise<readonly CronLine[]> {
  const lines = ((await machine.readText(file)) ?? '')
    .slice(0, CRON_TEXT_MAX_CHARS)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(0, CRON_LINES_MAX);
  return Promise.all(
    lines.map(async (line) => {
      const scripts = [...line.matchAll(/(?<=^|[\s;&|(])\/[\w./-]+/g)].slice(0, CRON_SCRIPTS_MAX);
      const texts = await Promise.all(scripts.map(([script]) => readScript(script, machine)));
      return { file, line, commands: [line, ...texts] };
    }),
  );
}

/** Programs are no text: what begins otherwise is not read as one. */
async function readScript(script: string, { readText }: Pick<Machine, 'readText'>): Promise<string> {
  const text = (await readText(script)) ?? '';
  return text.startsWith('#!') ? text.slice(0, CRON_TEXT_MAX_CHARS).replaceAll(/^\s*#.*$/gm, '') : '';
}

/** A machine for scheduled runs, gone after the test. The updater is a real process: a script that says what it would say. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { attempt } from '../update/test-attempt.ts';
import type { Told } from './judge-run.ts';
import { logPath } from './rotating-log.ts';
import { runScheduled, type ScheduledRun } from './run-scheduled.ts';

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

const NOW = Date.UTC(2026, 10, 23);

export async function aMachine(script: string) {
  const directory = await mkdtemp(join(tmpdir(), 'cistern-run-'));
  directories.push(directory);
  const program = join(directory, 'updater');
  await writeFile(program, `#!/bin/sh\necho "$@" >> "${directory}/calls"\n${script}\n`, { mode: 0o755 });
  const slept: number[] = [];
  const startedServices: string[] = [];
  const syslog: Told[] = [];
  const controller = new AbortController();
  const run = (changes: Partial<ScheduledRun> = {}) =>
    runScheduled(
      {
        trigger: 'timer',
        spreadMinutes: 0,
        program: [program],
        flags: ['--state', directory],
        modem: null,
        window: null,
        ...changes,
      },
      {
        stateDir: directory,
        deviceId: `${'0'.repeat(56)}00000007`,
        clock: { nowMs: () => NOW, elapsedMs: () => NOW, sleep: async (delayMs) => void slept.push(delayMs) },
        random: () => 0.5,
        tellSyslog: async (told) => void syslog.push(told),
        clearUpAfterDeadRuns: async () => startedServices.push('after'),
        onNote: (note) => {
          throw new Error(note);
        },
      },
      controller.signal,
    );
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  return {
    directory,
    run,
    slept,
    startedServices,
    syslog,
    controller,
    calls: () => read(join(directory, 'calls')),
    log: () => read(logPath(directory)),
  };
}

export async function leaveJournal(
  stateDir: string,
  {
    step,
    modem = 'usb-1',
    where = 'usb:1-1',
  }: { step: 'erasing' | 'reported'; modem?: string; where?: string },
): Promise<void> {
  const journal = attempt({ modemKey: modem, where, step, flashTouched: true });
  await mkdir(join(stateDir, 'journal'), { recursive: true });
  await writeFile(join(stateDir, 'journal', `${modem}.json`), JSON.stringify(journal));
}

export const says = (document: object, code = 0) =>
  `echo '{"event":"step"}'\ncat <<'END'\n${JSON.stringify(document)}\nEND\nexit ${code}`;

export const verdict = {
  model: 'quectel/ec25euga-m4g',
  fromVersion: 'A',
  toVersion: 'B',
  what: 'The link broke.',
  state: 'The modem is in EDL.',
  next: 'Run it again.',
  reason: 'modem-disconnected',
};
export const upToDate = { format: 'cistern-update/1', result: 'up-to-date' };
export const busy = {
  format: 'cistern-failure/1',
  reason: 'another-updater-runs',
  what: 'W.',
  state: 'S.',
  next: 'N.',
};

/** The updater is a real process here: a script that says what the updater would say. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Told } from './judge-run.ts';
import { JITTER_MAX_MINUTES } from './limits.ts';
import { appendToLog, logPath } from './rotating-log.ts';
import { runScheduled, type ScheduledRun, waitMs } from './run-scheduled.ts';

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

const NOW = Date.UTC(2026, 10, 23);

async function aMachine(script: string) {
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
        clock: { nowMs: () => NOW, sleep: async (delayMs) => void slept.push(delayMs) },
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

async function leaveJournal(
  stateDir: string,
  {
    step,
    modem = 'usb-1',
    where = 'usb:1-1',
  }: { step: 'erasing' | 'reported'; modem?: string; where?: string },
): Promise<void> {
  const now = new Date(NOW).toISOString();
  const attempt = {
    format: 'cistern-journal/1',
    attemptId: randomUUID(),
    modemKey: modem,
    where,
    model: 'quectel/ec25euga-m4g',
    fromVersion: 'EC25EUGAR06A05M4G_01.003.01.003',
    toVersion: 'EC25EUGAR08A03M4G_01.200.01.200',
    step,
    flashTouched: true,
    snapshot: null,
    stage: null,
    documents: null,
    startedAt: now,
    updatedAt: now,
    fetchedBytes: 0,
    programmedBytes: 0,
    flashAttempts: 0,
  };
  await mkdir(join(stateDir, 'journal'), { recursive: true });
  await writeFile(join(stateDir, 'journal', `${modem}.json`), JSON.stringify(attempt));
}

const says = (document: object, code = 0) =>
  `echo '{"event":"step"}'\ncat <<'END'\n${JSON.stringify(document)}\nEND\nexit ${code}`;

const verdict = {
  model: 'quectel/ec25euga-m4g',
  fromVersion: 'A',
  toVersion: 'B',
  what: 'The link broke.',
  state: 'The modem is in EDL.',
  next: 'Run it again.',
  reason: 'modem-disconnected',
};
const upToDate = { format: 'cistern-update/1', result: 'up-to-date' };
const busy = {
  format: 'cistern-failure/1',
  reason: 'another-updater-runs',
  what: 'W.',
  state: 'S.',
  next: 'N.',
};

describe('a scheduled run', () => {
  it('starts the updater quietly, with what names the modem', async () => {
    const { run, calls, directory } = await aMachine(says(upToDate));
    expect(await run()).toEqual({ kind: 'ran', code: 0, told: null });
    expect(await calls()).toBe(`update --quiet --json --state ${directory}\n`);
  });

  it('is held to its maintenance window where a timer starts it, and never where it only finishes', async () => {
    const { run, calls, directory } = await aMachine(says(upToDate));
    const window = { startMinute: 1350, lengthMinutes: 330 };
    await run({ window });
    expect(await calls()).toBe(`update --quiet --json --window 22:30-04:00 --state ${directory}\n`);
    await leaveJournal(directory, { step: 'erasing' });
    await run({ window, trigger: 'resume' });
    expect((await calls()).split('\n')[1]).toBe(
      `update --quiet --json --resume-only --state ${directory} --modem usb:1-1`,
    );
  });

  it.each([
    ['the modem that the settings name', 'usb:2-2', '--modem usb:2-2'],
    ['the one that waits to be finished, where they name none', null, '--modem usb:1-1'],
  ])('is for %s', async (_, modem, words) => {
    const { run, calls, directory } = await aMachine(says(upToDate));
    await leaveJournal(directory, { step: 'erasing' });
    await run({ modem });
    expect(await calls()).toContain(words);
  });

  it.each([
    ['the modem is up to date', 'timer', upToDate, 0],
    ['a modem in EDL is the one that is being flashed', 'resume', busy, 75],
  ] as const)('says nothing when %s', async (_, trigger, document, code) => {
    const { directory, run, syslog, log } = await aMachine(says(document, code));
    if (trigger === 'resume') await leaveJournal(directory, { step: 'erasing' });
    expect(await run({ trigger })).toMatchObject({ code, told: null });
    expect(syslog).toEqual([]);
    expect(await log()).toBe('');
  });

  it.each([
    [
      'an update',
      { ...upToDate, result: 'updated', verdict },
      0,
      'notice',
      'updated quectel/ec25euga-m4g A -> B',
    ],
    [
      'one that failed before the first erase',
      { ...upToDate, result: 'unchanged', verdict },
      69,
      'warning',
      'unchanged quectel/ec25euga-m4g A -> B: The link broke. The modem is in EDL. Run it again.',
    ],
    [
      'one that came too late for its window',
      {
        ...upToDate,
        result: 'unchanged',
        verdict: { ...verdict, reason: 'outside-window', what: 'Too late.' },
      },
      75,
      'notice',
      'waits quectel/ec25euga-m4g A -> B: Too late.',
    ],
    [
      'one that was found in EDL',
      { ...upToDate, result: 'updated', verdict: { ...verdict, fromVersion: null } },
      0,
      'notice',
      'updated quectel/ec25euga-m4g in EDL -> B',
    ],
    [
      'one that waits to be finished',
      { ...upToDate, result: 'unfinished', verdict },
      2,
      'err',
      'unfinished quectel/ec25euga-m4g A -> B: The link broke. The modem is in EDL. Run it again.',
    ],
    ['another updater that is at it at the hour of this one', busy, 75, 'warning', 'W. S. N.'],
    [
      'a refusal',
      { ...busy, reason: 'setting-missing', what: 'No\nrepository.' },
      78,
      'warning',
      'No repository. S. N.',
    ],
  ] as const)(
    'tells %s once, in one line, on disk and in the system log',
    async (_, document, code, severity, text) => {
      const { run, syslog, log } = await aMachine(says(document, code));
      expect(await run()).toEqual({ kind: 'ran', code, told: { severity, text } });
      expect(syslog).toEqual([{ severity, text }]);
      expect(await log()).toBe(`2026-11-23T00:00:00.000Z timer ${severity} ${text}\n`);
    },
  );

  it.each([
    ['ends without a result', 'echo broken >&2; exit 3', 3, 'the updater ended with code 3: broken'],
    ['is killed', 'kill -KILL $$', 137, 'the updater was ended by SIGKILL'],
  ])('tells that the updater %s', async (_, script, code, text) => {
    const { run } = await aMachine(script);
    expect(await run()).toEqual({ kind: 'ran', code, told: { severity: 'err', text } });
  });

  it('starts the services that an updater which was killed had stopped', async () => {
    const { run, startedServices } = await aMachine('kill -KILL $$');
    await run();
    expect(startedServices).toEqual(['after']);
  });

  it('tells that there is no updater', async () => {
    const { run } = await aMachine('');
    expect(await run({ program: ['/nowhere/cistern'] })).toMatchObject({
      code: 127,
      told: { severity: 'err', text: expect.stringContaining('/nowhere/cistern') },
    });
  });

  it('passes a signal on and waits for the end, however long the modem needs', async () => {
    const { run, controller, directory } = await aMachine(
      `trap 'term=1' TERM; touch "$0.ready"; while [ -z "$term" ]; do sleep 0.05; done; sleep 0.3; ${says({ ...upToDate, result: 'updated', verdict })}`,
    );
    const running = run();
    for (let look = 0; look < 200 && !(await readdir(directory)).includes('updater.ready'); look++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await running).toMatchObject({ code: 0, told: { severity: 'notice' } });
  });

  it('starts nothing when it is ended while it waits for its moment', async () => {
    const { run, controller, calls } = await aMachine(says(upToDate));
    controller.abort();
    expect(await run()).toEqual({ kind: 'interrupted' });
    expect(await calls()).toBe('');
  });
});

describe('the moment of a run', () => {
  it('is put off by chance, at most ten minutes, where the timer has this device’s own minute', async () => {
    const { run, slept } = await aMachine(says(upToDate));
    await run();
    expect(slept).toEqual([(JITTER_MAX_MINUTES / 2) * 60_000]);
  });

  it('lies in this device’s own share of the spread, where the timer is the same for all', () => {
    const deviceId = `${'0'.repeat(56)}00000007`;
    expect(waitMs(180, { deviceId, random: () => 0 })).toBe(7 * 60_000);
  });

  it.each([1, 10, 15, 180])('lies in the window of %i minutes, whatever chance adds', (spreadMinutes) => {
    for (let device = 0; device < 400; device++) {
      const deviceId = device.toString(16).padStart(64, '0');
      expect(waitMs(spreadMinutes, { deviceId, random: () => 1 })).toBeLessThanOrEqual(
        spreadMinutes * 60_000,
      );
    }
  });
});

describe('a boot, or a modem that turns up in EDL', () => {
  const resume = { trigger: 'resume' } as const;

  it('starts the updater at once where an update was broken off', async () => {
    const { run, calls, directory, slept } = await aMachine(
      says({ ...upToDate, result: 'updated', verdict }),
    );
    await leaveJournal(directory, { step: 'erasing' });
    expect(await run(resume)).toMatchObject({ kind: 'ran', code: 0 });
    expect(await calls()).toContain('update --quiet --json --resume-only');
    expect(slept).toEqual([]);
  });

  it.each(['no update was ever begun', 'the last one ended'])(
    'leaves the modem alone where %s',
    async (which) => {
      const { run, calls, directory, startedServices } = await aMachine(says(upToDate));
      if (which === 'the last one ended') await leaveJournal(directory, { step: 'reported' });
      expect(await run(resume)).toEqual({ kind: 'nothing-unfinished' });
      expect(startedServices).toEqual(['after']);
      expect(await calls()).toBe('');
    },
  );

  it('starts it for each modem that waits, by the name in its journal, whatever modem the settings name', async () => {
    const { run, calls, directory, syslog } = await aMachine(
      `case "$*" in *1-2) exit 69;; esac\n${says({ ...upToDate, result: 'updated', verdict })}`,
    );
    for (const [modem, step] of [
      ['1-1', 'erasing'],
      ['1-2', 'erasing'],
      ['1-3', 'reported'],
      ['1-4', 'erasing'],
    ] as const)
      await leaveJournal(directory, { step, modem: `usb-${modem}`, where: `usb:${modem}` });
    expect(await run({ ...resume, modem: 'auto' })).toMatchObject({ kind: 'ran', code: 69 });
    expect([...(await calls()).matchAll(/--modem (.*)$/gm)].map(([, modem]) => modem)).toEqual([
      'usb:1-1',
      'usb:1-2',
      'usb:1-4',
    ]);
    expect(syslog.map(({ severity }) => severity)).toEqual(['notice', 'err', 'notice']);
  });

  it('starts it where the journal cannot be read, so that it is told', async () => {
    const { run, calls, directory } = await aMachine(says(busy, 75));
    await mkdir(join(directory, 'journal'));
    await writeFile(join(directory, 'journal', 'usb-1.json'), '{');
    await run({ ...resume, modem: 'auto' });
    expect(await calls()).toMatch(/^update .* --modem auto\n$/);
  });
});

describe('the log', () => {
  it('keeps three files of a bounded size, the newest lines in the first', async () => {
    const { directory } = await aMachine('');
    for (let line = 0; line < 100; line++) await appendToLog(directory, `line ${line}`, { maxBytes: 50 });
    const files = (await readdir(join(directory, 'log'))).sort();
    expect(files).toEqual(['cistern.log', 'cistern.log.1', 'cistern.log.2']);
    const texts = await Promise.all(files.map((file) => readFile(join(directory, 'log', file), 'utf8')));
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(50);
    expect(texts.reverse().join('').trimEnd().split('\n').at(-1)).toBe('line 99');
    expect(new Set(texts.join('').trimEnd().split('\n')).size).toBe(
      texts.join('').trimEnd().split('\n').length,
    );
  });

  it('says so where the disk takes nothing more', async () => {
    expect(await appendToLog('/dev/null', 'line')).toMatchObject({
      ok: false,
      failure: { reason: 'log-not-written', why: 'ENOTDIR' },
    });
  });
});

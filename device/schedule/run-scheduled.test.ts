import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { JITTER_MAX_MINUTES } from './limits.ts';
import { waitMs } from './run-scheduled.ts';
import { aMachine, busy, leaveJournal, says, upToDate, verdict } from './test-scheduled-run.ts';

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

  it('finishes first what waits on other modems, at any time, and then updates its own within its window', async () => {
    const { run, calls, directory } = await aMachine(says(upToDate));
    for (const modem of ['1-1', '1-2'])
      await leaveJournal(directory, { step: 'erasing', modem: `usb-${modem}`, where: `usb:${modem}` });
    await run({ modem: 'usb:1-2', window: { startMinute: 1350, lengthMinutes: 330 } });
    expect((await calls()).trimEnd().split('\n')).toEqual([
      `update --quiet --json --resume-only --state ${directory} --modem usb:1-1`,
      `update --quiet --json --window 22:30-04:00 --state ${directory} --modem usb:1-2`,
    ]);
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

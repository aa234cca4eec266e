import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aMachine, busy, leaveJournal, says, upToDate, verdict } from './test-scheduled-run.ts';

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

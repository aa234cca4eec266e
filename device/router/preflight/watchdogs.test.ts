import { describe, expect, it } from 'vitest';
import { watchdogs } from './watchdogs.ts';

/** A machine with these files, whose clock shows `now`; `ls` lists those of a directory. */
const machineWith = (files: Readonly<Record<string, string>>, now: string | null = '2026-11-23T12:00') => ({
  processes: async () => [],
  readText: async (path: string) => files[path] ?? null,
  run: async ([program, directory = '']: readonly string[]) => {
    if (program === 'date')
      return { code: now === null ? 1 : 0, signalName: null, stdout: `${now}\n`, stderr: '' };
    const names = Object.keys(files)
      .filter((path) => path.startsWith(`${directory}/`))
      .map((path) => path.slice(directory.length + 1));
    return {
      code: program === 'ls' && names.length > 0 ? 0 : 2,
      signalName: null,
      stdout: names.join('\n'),
      stderr: '',
    };
  },
});
const ROOT = '/etc/crontabs/root';
const NONE = { watching: [], due: [] };

describe('a watchdog', () => {
  it.each([
    ['*/5 * * * * ping -c 3 192.0.2.1 || reboot'],
    ['*/5 * * * * /bin/ping -q -c1 example.org >/dev/null || /sbin/reboot'],
    ['*/10 * * * * if ! wget -q --spider http://example.org; then echo b > /proc/sysrq-trigger; fi'],
    ['* * * * * ping -c1 192.0.2.1 || mctl -r'],
  ])('is the line %s of a crontab', async (line) => {
    const machine = machineWith({ [ROOT]: `# from the maker\n${line}\n` });
    expect(await watchdogs(machine)).toEqual({ watching: [`${ROOT}: ${line}`], due: [] });
  });

  it.each([
    ['0 4 * * * reboot', 'it reboots at another time of the day'],
    ['*/5 * * * * ping -c1 192.0.2.1 >> /tmp/pings', 'it only writes down what it saw'],
    ['# */5 * * * * ping -c1 192.0.2.1 || reboot', 'it is switched off'],
    ['*/5 * * * * /usr/bin/ping-monitor --no-reboot', 'a name that contains the words is not they'],
  ])('is not the line %s: %s', async (line) => {
    expect(await watchdogs(machineWith({ [ROOT]: `${line}\n` }))).toEqual(NONE);
  });

  it.each([
    ['0 4 * * * reboot', '2026-11-23T02:01'],
    ['30 4 * * 1 sleep 70 && touch /etc/banner && /sbin/reboot', '2026-11-23T04:30'],
    ['0 4 * * * root shutdown -r now', '2026-11-23T03:59'],
    ['0 4 * * * reboot', null],
  ])('is told of as due where the line is %s and the clock shows %s', async (line, now) => {
    const machine = machineWith({ [ROOT]: `${line}\n` }, now);
    expect(await watchdogs(machine)).toEqual({ watching: [], due: [`${ROOT}: ${line}`] });
  });

  it('is a line whose script does it, wherever the crontab lies', async () => {
    const line = '*/5 * * * * root /root/check.sh';
    const script = '#!/bin/sh\n# reboots\nping -c1 192.0.2.1 && exit\nsleep 60\nreboot\n';
    const files = { '/etc/cron.d/check': `${line}\n`, '/root/check.sh': script };
    expect((await watchdogs(machineWith(files))).watching).toEqual([`/etc/cron.d/check: ${line}`]);
    const harmless = { ...files, '/root/check.sh': '#!/bin/sh\n# reboot\nping -c1 192.0.2.1\n' };
    expect(await watchdogs(machineWith(harmless))).toEqual(NONE);
  });

  it('is a program known for it that still runs', async () => {
    const processes = [
      { pid: 7, names: ['sh', 'watchcat.sh'] },
      { pid: 8, names: ['crond'] },
    ];
    const machine = { ...machineWith({}), processes: async () => processes };
    expect(await watchdogs(machine)).toEqual({ watching: ['watchcat.sh (process 7)'], due: [] });
  });
});

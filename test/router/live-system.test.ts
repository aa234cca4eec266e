/** `cistern schedule` on `/` itself: in a mount namespace of its own, where /etc is empty and nobody else's. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { REPOSITORY_ROOT } from '../support/processes.ts';

const PROBE = `mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work &&
mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=/mnt/upper,workdir=/mnt/work /usr/lib`;
const mayUnshare = spawnSync('unshare', ['-m', 'sh', '-c', PROBE]).status === 0;
if (!mayUnshare) console.warn('SKIPPED: schedule on a live system (needs root and mount namespaces)');

const directories: string[] = [];
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

describe.skipIf(!mayUnshare)('a schedule on a live system', () => {
  it.each(['systemd', 'openwrt'] as const)(
    'of %s has this device’s own minute, tells the system, and goes without a trace',
    { timeout: 60_000 },
    async (system) => {
      const directory = await mkdtemp(join(tmpdir(), 'cistern-live-'));
      directories.push(directory);
      const noted = `#!/bin/sh\necho "$(basename "$0") $*" >> "${directory}/told"\n`;
      for (const name of ['systemctl', 'udevadm', 'cron'])
        await writeFile(join(directory, name), noted, { mode: 0o755 });
      const cistern = `"${process.execPath}" "${join(REPOSITORY_ROOT, 'device/bin.ts')}" schedule`;
      const script = `set -e
mount -t tmpfs none /etc
mkdir "${directory}/lib" "${directory}/work"
mount -t overlay overlay -o "lowerdir=/usr/lib,upperdir=${directory}/lib,workdir=${directory}/work" /usr/lib
mkdir -p /etc/init.d /etc/udev && cp "${directory}/cron" /etc/init.d/cron
find /etc | sort > "${directory}/before"
${cistern} install --system ${system} --window 23:00-01:00 --state "${directory}/state"
${cistern} show --json > "${directory}/shown"
${cistern} remove
find /etc | sort > "${directory}/after"
find "${directory}/lib" -mindepth 1 > "${directory}/left"`;
      const ran = spawnSync('unshare', ['-m', 'sh', '-c', script], {
        encoding: 'utf8',
        env: { PATH: `${directory}:${dirname(process.execPath)}:${process.env.PATH}` },
      });
      expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
      const read = (name: string) => readFile(join(directory, name), 'utf8');
      expect(await read('after')).toBe(await read('before'));
      expect(await read('left')).toBe('');
      const { schedule } = JSON.parse(await read('shown')) as {
        schedule: { at: string; spreadMinutes: number };
      };
      expect(schedule.at).toMatch(/^(23|00):\d\d$/);
      expect(schedule.spreadMinutes).toBe(0);
      expect((await read('told')).trimEnd().split('\n')).toEqual(
        system === 'openwrt'
          ? ['cron restart', 'cron restart']
          : [
              'systemctl daemon-reload',
              'systemctl start cistern-update.timer',
              'udevadm control --reload',
              'systemctl daemon-reload',
              'systemctl stop cistern-update.timer',
              'udevadm control --reload',
            ],
      );
    },
  );
});

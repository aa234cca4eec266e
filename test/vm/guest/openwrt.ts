/**
 * A guest with the manners of OpenWrt: its shell is busybox, what it writes stays on its overlay, and init, procd, uci
 * and hotplug do with the files of `cistern schedule install` what OpenWrt's do (field 4).
 */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Guest } from './guest.ts';
import { BUS_ID } from './modem-on-the-bus.ts';

const ROOT_FILES = fileURLToPath(new URL('openwrt', import.meta.url));
const STATE = '/etc/cistern/state';
const PINNED_ROOT = '/etc/cistern/root.json';
/** On the overlay, which has room here: what finishes the modem when nothing can be downloaded. */
const COPIES = '/etc/cistern/copies';
const FINISHED_TIMEOUT_MS = 360_000;

/** Puts the schedule in place for one modem and the repository of the setting, as its owner would, once. */
export async function installsOnOpenwrt(guest: Guest): Promise<void> {
  await guest.must('cp', ['-a', `${ROOT_FILES}/.`, '/']);
  await guest.must('ln', ['-sf', 'busybox', '/usr/bin/sh']);
  const [, repository = '', , rootFile = ''] = await guest.fromRepository();
  await mkdir(COPIES, { recursive: true });
  await guest.must('cp', [rootFile, PINNED_ROOT]);
  const settings = { repository, root: PINNED_ROOT, modem: `usb:${BUS_ID}`, state: STATE, keepCopy: COPIES };
  await writeFile('/etc/cistern/config.json', JSON.stringify(settings));
  const installed = await guest.cistern([
    ...['schedule', 'install', '--modem', settings.modem, '--repository', repository, '--root', PINNED_ROOT],
  ]);
  assert.equal(installed.code, 0);
  // It lay there for weeks before the night of the power cut.
  await guest.must('sync', []);
}

/** What runs every start script of init; they come back at once. */
export async function initStarts(guest: Guest): Promise<void> {
  await guest.must('sh', ['-c', 'for script in /etc/rc.d/S*; do "$script" boot; done']);
}

/** From here on the kernel's events reach the scripts of /etc/hotplug.d. */
export async function hotplugStarts(guest: Guest): Promise<void> {
  await guest.must('sh', ['-c', 'busybox uevent /usr/sbin/hotplug-call </dev/null >/dev/null 2>&1 &']);
}

/** A hook has finished the modem, told so in one line, and left neither a package nor an open journal. */
export async function finishesByItself(guest: Guest): Promise<void> {
  const log = await guest
    .await(
      'the line of the log that says that the modem was updated',
      async () => (await textOf(`${STATE}/log/cistern.log`)) || null,
      FINISHED_TIMEOUT_MS,
    )
    .finally(() => guest.run('sh', ['-c', `cat /run/procd/*.log ${STATE}/log/* ${STATE}/journal/*`]));
  const { oldVersion, newVersion } = guest.setting;
  assert.match(log, new RegExp(`^\\S+ resume notice updated \\S+ ${oldVersion} -> ${newVersion}\\n$`));
  const [journal] = await readdir(`${STATE}/journal`);
  const { step } = JSON.parse(await readFile(`${STATE}/journal/${journal}`, 'utf8')) as {
    readonly step: string;
  };
  assert.equal(step, 'reported');
  assert.deepEqual(await readdir(COPIES), [], 'the copy is not needed any more');
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

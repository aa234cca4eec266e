/** ModemManager told to leave one modem alone by `mmcli`, which is a program of the test here. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findServiceProfile } from '../../device/router/services/service-profile.ts';
import { stopServices } from '../../device/router/services/stop-services.ts';
import { REPOSITORY_ROOT, startAndAwaitLine } from '../support/processes.ts';
import { aServiceRouter } from './a-service-router.ts';

/** As mmcli speaks; who holds which device stands in `holds`. */
const INHIBITS = `#!/bin/sh
root="$(dirname "$0")/.."
trap 'echo "released \${1#*=}" >> "$root/holds"; exit 0' TERM
echo "held \${1#*=}" >> "$root/holds"
echo "successfully inhibited device with uid '\${1#*=}'"
while :; do sleep 0.05; done
`;
const REFUSES = `#!/bin/sh
echo "error: couldn't inhibit device: 'GDBus.Error: No device found'" >&2
exit 1
`;
const MODEM = { modemKey: 'usb-1', netDevices: [], nodes: [], devicePath: '/sys/devices/usb1/1-1' };
const OTHER = { modemKey: 'usb-2', netDevices: [], nodes: [], devicePath: '/sys/devices/usb1/1-2' };

async function anOpenwrt(mmcli: string | null) {
  const router = await aServiceRouter(
    { modemmanager: {} },
    { 'etc/openwrt_release': '', ...(mmcli === null ? {} : { 'bin/mmcli': mmcli }) },
  );
  const profile = router.suffixed(await findServiceProfile(router.machine));
  const stop = async (modem: typeof MODEM) => {
    const stopped = await stopServices(profile, modem, router.portsOf(process.pid));
    if (!stopped.ok) throw new Error(JSON.stringify(stopped.failure));
    return stopped.value;
  };
  const holds = async () =>
    (await readFile(join(router.root, 'holds'), 'utf8').catch(() => '')).split('\n').slice(0, -1);
  return { ...router, stop, holds };
}

describe('ModemManager', () => {
  it('goes on for other modems: it is told to leave this one alone, until the attempt has ended', async () => {
    const { stop, holds, calls, runningNames, records, notes } = await anOpenwrt(INHIBITS);
    const { startAgain } = await stop(MODEM);
    expect(await holds()).toEqual(['held /sys/devices/usb1/1-1']);
    expect(await runningNames()).toEqual(['modemmanager']);
    expect(await records()).toEqual([]);
    await startAgain();
    expect(await holds()).toEqual(['held /sys/devices/usb1/1-1', 'released /sys/devices/usb1/1-1']);
    expect(await calls()).toEqual([]);
    expect(notes).toEqual(['modemmanager leaves the modem alone until this has ended (mmcli)']);
  });

  it('leaves two modems alone side by side, each as long as it needs', async () => {
    const { stop, holds } = await anOpenwrt(INHIBITS);
    const first = await stop(MODEM);
    const second = await stop(OTHER);
    await first.startAgain();
    expect((await holds()).slice(2)).toEqual(['released /sys/devices/usb1/1-1']);
    await second.startAgain();
  });

  it.each([
    ['refuses', REFUSES, MODEM, "couldn't inhibit device"],
    ['is not there to be told', null, MODEM, 'so it is stopped'],
    ['cannot be told of a modem that is not on the bus', INHIBITS, { ...MODEM, devicePath: null }, null],
  ])('is stopped and started where it %s', async (_, mmcli, modem, note) => {
    const { stop, calls, records, notes } = await anOpenwrt(mmcli);
    const { names, startAgain } = await stop(modem as typeof MODEM);
    expect(names).toEqual(['modemmanager']);
    expect(await records()).toEqual(['usb-1.json']);
    expect(notes).toEqual(note === null ? [] : [expect.stringContaining(note)]);
    await startAgain();
    expect(await calls()).toEqual(['stop modemmanager', 'start modemmanager']);
  });

  it('is missed when its program ends by itself', async () => {
    const { stop, notes } = await anOpenwrt(`${INHIBITS.split('\n').slice(0, -2).join('\n')}\nsleep 0.1\n`);
    const { startAgain } = await stop(MODEM);
    await expect
      .poll(() => notes[1])
      .toBe('modemmanager is no longer kept off the modem: mmcli has ended by itself');
    await startAgain();
  });

  it('has the modem back when the updater is killed', async () => {
    const { root, holds } = await anOpenwrt(INHIBITS);
    const command = [join(root, 'bin/mmcli'), '--inhibit-device=/sys/devices/usb1/1-1'];
    const script = `import { holdCommand } from '${REPOSITORY_ROOT}/device/router/hold-command.ts';
      await holdCommand(${JSON.stringify(command)}, 'successfully inhibited'); console.log('held');`;
    const { running } = await startAndAwaitLine(['--input-type=module', '-e', script], () => true);
    execFileSync('kill', ['-KILL', String(running.pid)]);
    await expect.poll(holds).toContain('released /sys/devices/usb1/1-1');
  });
});

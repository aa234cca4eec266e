/** Services are real processes here, started and stopped by init scripts below a root directory of the test. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findServiceProfile, SERVICE_PROFILES } from '../../device/router/services/service-profile.ts';
import { startLeftStopped, stopServices } from '../../device/router/services/stop-services.ts';
import { aServiceRouter, type FakeService } from './a-service-router.ts';

/** A pid that no process has: the table of the test says so. */
const DEAD_PID = 4_000_000;

const MODEM = {
  modemKey: 'usb-1',
  netDevices: ['wwan0'],
  nodes: ['/dev/ttyUSB2', '/dev/cdc-wdm0'],
  devicePath: '/sys/devices/usb1/1-1',
};
const OTHER = { modemKey: 'usb-2', netDevices: [], nodes: [], devicePath: '/sys/devices/usb1/1-2' };
const RUTOS = { gsmd: {}, mobifd: {}, modem_trackd: {}, ledman: {}, ping_reboot: {} };

async function rutos(services: Readonly<Record<string, FakeService>> = RUTOS) {
  const router = await aServiceRouter(services);
  const profile = router.suffixed(await findServiceProfile(router.machine));
  const stop = async (modem = MODEM, ownPid = process.pid) => {
    const stopped = await stopServices(profile, modem, router.portsOf(ownPid));
    if (!stopped.ok) throw new Error(JSON.stringify(stopped.failure));
    return stopped.value;
  };
  return { ...router, profile, stop };
}

describe('services around a modem', () => {
  it('are stopped, watchdogs first, and all run again afterwards, in the reverse order', async () => {
    const { stop, runningNames, calls, records, profile } = await rutos();
    expect(profile?.name).toBe('rutos');
    expect(await runningNames()).toEqual(Object.keys(RUTOS).sort());
    const { names, startAgain } = await stop();
    expect(await runningNames()).toEqual([]);
    expect(names).toEqual(['ping_reboot', 'modem_trackd', 'gsmd', 'mobifd', 'ledman']);
    expect(await records()).toEqual(['usb-1.json']);
    await startAgain();
    expect(await runningNames()).toEqual(Object.keys(RUTOS).sort());
    expect((await calls()).slice(5)).toEqual([
      'start ledman',
      'start mobifd',
      'start gsmd',
      'start modem_trackd',
      'start ping_reboot',
    ]);
    expect(await records()).toEqual([]);
  });

  it('that were off stay off; one that is on but not seen is stopped all the same', async () => {
    const { stop, runningNames, calls } = await rutos({
      gsmd: {},
      mobifd: { runs: false },
      ping_reboot: { runs: false, isEnabled: true },
    });
    const { startAgain } = await stop();
    await startAgain();
    expect(await calls()).toEqual(['stop ping_reboot', 'stop gsmd', 'start gsmd', 'start ping_reboot']);
    expect(await runningNames()).toEqual(['gsmd', 'ping_reboot']);
  });

  it('come back with the next run when the one that stopped them died', async () => {
    const { stop, portsOf, runningNames, records } = await rutos();
    await stop(MODEM, DEAD_PID);
    expect(await runningNames()).toEqual([]);
    expect((await startLeftStopped({ exceptFor: null }, portsOf(process.pid))).length).toBe(5);
    expect(await runningNames()).toEqual(Object.keys(RUTOS).sort());
    expect(await records()).toEqual([]);
  });

  it('stay off while an update that was broken off is taken up, and come back at its end', async () => {
    const { stop, portsOf, runningNames, root } = await rutos();
    await stop(MODEM, DEAD_PID);
    // The router rebooted: init started some of them.
    execFileSync('sh', [join(root, 'etc/init.d/gsmd'), 'start'], { stdio: 'ignore' });
    expect(await startLeftStopped({ exceptFor: 'usb-1' }, portsOf(process.pid))).toEqual([]);
    const { startAgain } = await stop();
    expect(await runningNames()).toEqual([]);
    await startAgain();
    expect(await runningNames()).toEqual(Object.keys(RUTOS).sort());
  });

  it('are not started under a run that lives', async () => {
    const { stop, portsOf, runningNames } = await rutos();
    await stop(MODEM, process.ppid);
    expect(await startLeftStopped({ exceptFor: null }, portsOf(process.pid))).toEqual([]);
    expect(await runningNames()).toEqual([]);
  });

  it.each([
    ['after a reboot', { bootId: () => 'the-next-boot' }],
    ['where it began at another time', { startTimeOf: () => '1' }],
  ])('are started %s, whoever has the number of that process by now', async (_, seen) => {
    const { stop, portsOf, runningNames } = await rutos();
    await stop(MODEM, process.ppid);
    await startLeftStopped({ exceptFor: null }, portsOf(process.pid, seen));
    expect(await runningNames()).toEqual(Object.keys(RUTOS).sort());
  });

  it('come back with the last of two modems that are flashed side by side', async () => {
    const { stop, runningNames } = await rutos();
    const first = await stop(MODEM, process.pid);
    const second = await stop(OTHER, process.ppid);
    await first.startAgain();
    expect(await runningNames()).toEqual([]);
    await second.startAgain();
    expect(await runningNames()).toEqual(Object.keys(RUTOS).sort());
  });

  it('that do not stop keep the modem untouched, and those that were stopped before run again', {
    timeout: 30_000,
  }, async () => {
    const { profile, portsOf, runningNames, records, calls } = await rutos({
      gsmd: { stopFails: true },
      ping_reboot: {},
    });
    expect(await stopServices(profile, MODEM, portsOf(process.pid))).toEqual({
      ok: false,
      failure: {
        reason: 'service-not-stopped',
        name: 'gsmd',
        why: 'holds the AT port, and restarts a modem that does not answer',
        said: 'no such thing',
      },
    });
    expect(await runningNames()).toEqual(['gsmd', 'ping_reboot']);
    expect((await calls()).filter((call) => call.startsWith('start'))).toEqual(['start ping_reboot']);
    expect(await records()).toEqual([]);
  });

  it('that do not stop are told, and the rest stays stopped, where flash was touched', {
    timeout: 30_000,
  }, async () => {
    const { profile, portsOf, runningNames, notes } = await rutos({
      gsmd: { stopFails: true },
      ping_reboot: {},
    });
    const halfWritten = { ...MODEM, goesOnRegardless: true };
    const stopped = await stopServices(profile, halfWritten, portsOf(process.pid));
    expect(stopped).toMatchObject({ ok: true, value: { names: ['ping_reboot'] } });
    expect(notes).toEqual([expect.stringContaining('gsmd could not be stopped')]);
    expect(await runningNames()).toEqual(['gsmd']);
  });

  it('that may go on are named when they do not stop, and are not started a second time', {
    timeout: 30_000,
  }, async () => {
    const { stop, notes, calls, records } = await rutos({
      gsmd: { runs: false },
      ledman: { stopFails: true },
    });
    const { names, startAgain } = await stop();
    expect(names).toEqual([]);
    expect(notes).toEqual(['ledman could not be stopped (no such thing); it asks the modem for its signal']);
    expect(await records()).toEqual([]);
    await startAgain();
    expect(await calls()).toEqual(['stop ledman']);
  });

  it('that do not start are named with the command, and the next run tries again', async () => {
    const { stop, notes, records } = await rutos({ gsmd: { startFails: true }, ledman: {} });
    const { startAgain } = await stop();
    await startAgain();
    expect(notes).toEqual(['gsmd did not start (cannot fork): /etc/init.d/gsmd start']);
    expect(await records()).toEqual(['usb-1.json']);
  });

  it('are none on a system that no profile knows', async () => {
    const { machine, portsOf } = await aServiceRouter({});
    expect(await findServiceProfile(machine)).toBeNull();
    const stopped = await stopServices(null, MODEM, portsOf(process.pid));
    expect(stopped).toMatchObject({ ok: true, value: { names: [] } });
  });

  it('of OpenWrt include the interfaces that dial over this very modem', async () => {
    const dump = JSON.stringify({
      interface: [
        { interface: 'lan', device: 'br-lan', l3_device: 'br-lan' },
        { interface: 'wwan', device: 'wwan0', up: true },
        { interface: 'wwan_4', device: 'wwan0', l3_device: 'wwan0' },
        { interface: 'other', device: 'wwan1' },
        { interface: 'ppp', l3_device: '3g-ppp', autostart: true },
        { interface: 'dials', pending: true, autostart: true },
        { interface: 'mm', pending: true, autostart: true },
        { interface: 'down', autostart: false },
        { interface: 'neighbour', l3_device: '3g-neighbour', autostart: true },
      ],
    });
    const uci = [
      ['lan', 'br-lan'],
      ['ppp', '/dev/ttyUSB2'],
      ['dials', '/dev/cdc-wdm0'],
      ['mm', '/sys/devices/usb1/1-1'],
      ['down', '/dev/cdc-wdm0'],
      ['neighbour', '/dev/ttyUSB20'],
    ].map(([name, device]) => `network.${name}=interface\nnetwork.${name}.device='${device}'\n`);
    const noting = (name: string) => `#!/bin/sh\necho "${name} $1" >> "$(dirname "$0")/../ups"\n`;
    const { root, machine, portsOf } = await aServiceRouter(
      {},
      {
        'etc/openwrt_release': '',
        'sbin/ifdown': '',
        'bin/ubus': `#!/bin/sh\necho '${dump}'\n`,
        'bin/uci': `#!/bin/sh\ncat <<'END'\n${uci.join('')}END\n`,
        'bin/ifdown': noting('ifdown'),
        'bin/ifup': noting('ifup'),
      },
    );
    const profile = await findServiceProfile(machine);
    expect(profile?.name).toBe('openwrt');
    const stopped = await stopServices(profile, MODEM, portsOf(process.pid));
    if (stopped.ok) await stopped.value.startAgain();
    expect((await readFile(join(root, 'ups'), 'utf8')).trimEnd().split('\n')).toEqual([
      'ifdown wwan',
      'ifdown wwan_4',
      'ifdown ppp',
      'ifdown dials',
      'ifdown mm',
      'ifup mm',
      'ifup dials',
      'ifup ppp',
      'ifup wwan_4',
      'ifup wwan',
    ]);
  });
});

describe('the profiles', () => {
  it.each(SERVICE_PROFILES)('$name names each service once, and says why it must not run', ({ services }) => {
    const names = services.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { why } of services) expect(why).toMatch(/^[a-z].*[^.]$/);
  });
});

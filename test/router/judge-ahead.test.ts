/** What is refused before the first byte: what will still be there when the services are stopped, and nothing else. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../device/clock.ts';
import { systemProcesses } from '../../device/process-table.ts';
import type { ReadyWish } from '../../device/router/make-ready.ts';
import { surroundingsOf } from '../../device/router/surroundings.ts';
import { aModemRouter, type ModemRouterOptions } from './a-modem-router.ts';

const WATCHDOG = '*/5 * * * * ping -c1 192.0.2.1 || reboot';
/** Whatever the hour is. */
const REBOOTS_SOON = '* * * * * /sbin/reboot';
const DATE = '#!/bin/sh\necho 2026-11-23T12:00\n';

type Around = Partial<ModemRouterOptions> & {
  readonly crontab?: string;
  readonly isOpenwrt?: boolean;
  readonly holder?: readonly [program: string, cgroup?: string];
  readonly wish?: Partial<ReadyWish>;
};

async function aRouterWith({ crontab, isOpenwrt, holder, wish: _, ...options }: Around) {
  const router = await aModemRouter({ routeDevice: 'eth0', ...options });
  await router.put('bin/date', DATE);
  if (isOpenwrt === true) await router.put('etc/openwrt_release', '');
  if (crontab !== undefined) await router.put('etc/crontabs/root', `${crontab}\n`);
  if (holder !== undefined) await router.holdPort(...holder);
  return router;
}

const running = (...names: string[]) => ({ processes: [{ pid: 7, names }] });
/** No profile knows it. */
const unknown = { services: [] };
/** A profile knows it, and has nothing to stop there. */
const bareOpenwrt = { services: [], isOpenwrt: true };

describe('before the first byte', () => {
  it.each<[string, Around, string, string]>([
    ['the modem is the only uplink', { routeDevice: 'wwan0' }, 'uplink', '(wwan0)'],
    ['another updater runs', running('sh', 'modem_updater'), 'other-updaters', 'modem_updater'],
    ['a crontab reboots when the network is away', { crontab: WATCHDOG }, 'watchdogs', WATCHDOG],
    ['a crontab reboots within two hours', { crontab: REBOOTS_SOON }, 'watchdogs', REBOOTS_SOON],
    ['a watchdog runs that no profile stops', running('pingcheck'), 'watchdogs', 'pingcheck (process 7)'],
    ['one runs that this system’s profile does not stop', running('watchcat'), 'watchdogs', 'watchcat'],
    [
      'another service holds a port, by procd’s cgroup',
      { holder: ['/usr/sbin/smsd', '/services/smsd/instance1'] },
      'port-holders',
      'smsd (process 4000001) holds /dev/ttyUSB92',
    ],
    [
      'somebody at a terminal holds a port, by systemd’s cgroup',
      { holder: ['/usr/bin/minicom', '/user.slice/user-0.slice/session-3.scope'] },
      'port-holders',
      'minicom',
    ],
    [
      'somebody unknown holds a port and nothing is going to be stopped',
      { ...unknown, holder: ['/usr/sbin/gsmd'] },
      'port-holders',
      'gsmd',
    ],
    [
      'another service holds a port and nothing is going to be stopped',
      { ...bareOpenwrt, holder: ['/usr/sbin/smsd', '/services/smsd/instance1'] },
      'port-holders',
      'smsd',
    ],
  ])('it is refused where %s, and at gate 1 in the same words', async (_, around, check, what) => {
    const router = await aRouterWith(around);
    const ahead = await router.ahead();
    expect(ahead).toMatchObject({ ok: false, failure: { check, what: expect.stringContaining(what) } });
    expect([await router.calls(), router.notes]).toEqual([[], []]);
    expect(await router.ready()).toEqual(ahead);
  });

  it.each<[string, Around]>([
    ['nothing is in the way', {}],
    ['the package lies on a disk', { routeDevice: 'wwan0', wish: { packageOutlivesReboot: true } }],
    ['a person lets a watchdog through', { crontab: WATCHDOG, wish: { accepted: ['watchdogs'] } }],
    ['the modem is another machine’s', { crontab: WATCHDOG, wish: { modem: null } }],
    ['a watchdog goes with its service', { ...running('ping_reboot'), services: ['gsmd', 'ping_reboot'] }],
    ['so does a line of a crontab', { crontab: REBOOTS_SOON, services: ['gsmd', 'periodic_reboot'] }],
    ['a crontab reboots at another hour', { crontab: '0 4 * * * /sbin/reboot' }],
    ['a service that is going to be stopped holds a port', { holder: ['/usr/sbin/gsmd'] }],
    ['what such a one has started does', { holder: ['/usr/bin/helper', '/services/gsmd/instance1'] }],
    ['netifd’s dialler does', { holder: ['/usr/sbin/pppd', '/services/network/instance1'] }],
    [
      'what cron has started does, and nothing is going to be stopped',
      { ...bareOpenwrt, holder: ['/usr/bin/signal.sh', '/services/cron/instance1'] },
    ],
    ['somebody does of whom nobody knows whose it is', { holder: ['/usr/bin/helper'] }],
    ['the control groups do not say whose it is', { holder: ['/usr/bin/helper', '/'] }],
  ])('it is not refused where %s', async (_, around) => {
    const router = await aRouterWith(around);
    expect(await router.ahead(around.wish)).toEqual({ ok: true, value: undefined });
    expect([await router.calls(), router.notes]).toEqual([[], []]);
  });

  it('nothing is refused of a modem that lies in EDL: the machine was made ready to help it', async () => {
    const { gathering, modem, root, calls } = await aRouterWith({ crontab: WATCHDOG });
    const notes: string[] = [];
    const surroundings = surroundingsOf(
      {
        modemKey: 'usb-1',
        onBus: { paths: ['1-1.4'], look: async () => modem },
        repositoryUrl: 'https://firmware.example',
        throughInterface: null,
      },
      {
        ...gathering,
        stateDir: join(root, 'state'),
        processTable: systemProcesses,
        clock: systemClock,
        onNote: (note) => void notes.push(note),
      },
    );
    const wish = { packageOutlivesReboot: false, accepted: [] };
    await surroundings.around(async () => {
      expect(await surroundings.judgeAhead(wish)).toMatchObject({
        ok: false,
        failure: { check: 'watchdogs' },
      });
      expect(await surroundings.makeReadyToFinish({ goesOnRegardless: false })).toMatchObject({ ok: true });
      expect(await surroundings.judgeAhead(wish)).toMatchObject({ ok: true });
    });
    expect(notes).toEqual([expect.stringContaining(WATCHDOG)]);
    expect(await calls()).toEqual(['stop', 'start']);
  });
});

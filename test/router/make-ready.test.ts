/** The machine made ready: real services below a root of the test, a real sysfs tree. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../device/clock.ts';
import { systemProcesses } from '../../device/process-table.ts';
import { routerSentences } from '../../device/report/explain/router-sentences.ts';
import { type Machine, systemMachine } from '../../device/router/machine.ts';
import { makeReady, type ReadyWish, type RouterFailure } from '../../device/router/make-ready.ts';
import type { GatherPorts } from '../../device/router/preflight/gather-facts.ts';
import { CHECKS } from '../../device/router/preflight/preflight.ts';
import { ec25, testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import { readUsbTree } from '../../device/transport/bus/usb-tree.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function aRouter({ routeDevice }: { readonly routeDevice: string }) {
  const root = await mkdtemp(join(tmpdir(), 'cistern-ready-'));
  const sysfs = await testSysfs({ devices: [ec25('1-1.4', { firstTty: 90 })] });
  ends.push(sysfs.remove, () => rm(root, { recursive: true, force: true }));
  await mkdir(join(sysfs.root, 'bus/usb/devices/1-1.4:1.4/net/wwan0'), { recursive: true });
  await mkdir(join(sysfs.root, 'class/net/eth0/device'), { recursive: true });
  await mkdir(join(root, 'etc/init.d'), { recursive: true });
  const script = `#!/bin/sh\n[ "$1" = enabled ] || echo "$1" >> "${root}/calls"\n`;
  await writeFile(join(root, 'etc/init.d/gsmd'), script, { mode: 0o755 });
  const machine: Machine = {
    ...systemMachine,
    isThere: (path) => systemMachine.isThere(join(root, path)),
    readText: (path) => systemMachine.readText(join(root, path)),
    run: ([program = '', ...args]) =>
      program === 'ip'
        ? Promise.resolve({
            code: 0,
            signalName: null,
            stdout: JSON.stringify([{ dev: routeDevice }]),
            stderr: '',
          })
        : systemMachine.run([join(root, program), ...args]),
    processes: async () => [],
  };
  const gathering: GatherPorts = {
    machine,
    sysfs: sysfs.root,
    proc: '/proc',
    isBigEndian: false,
    ownPid: process.pid,
    lookup: async () => ['192.0.2.1'],
  };
  const notes: string[] = [];
  const services = {
    stateDir: join(root, 'state'),
    machine,
    processTable: systemProcesses,
    clock: systemClock,
    onNote: (note: string) => void notes.push(note),
  };
  const tree = await readUsbTree(sysfs.root, (usbId) => usbId === '2c7c:0125');
  const modem = tree.ok ? (tree.value[0] ?? null) : null;
  const ready = (changes: Partial<ReadyWish> = {}, ports: GatherPorts = gathering) =>
    makeReady(
      {
        modemKey: 'usb-1',
        modem,
        repositoryUrl: 'https://firmware.example',
        packageOutlivesReboot: false,
        throughInterface: null,
        isBehindRelay: false,
        goesOnRegardless: false,
        accepted: [],
        ...changes,
      },
      ports,
      services,
    );
  const calls = async () =>
    (await readFile(join(root, 'calls'), 'utf8').catch(() => '')).split('\n').slice(0, -1);
  return { root, gathering, ready, calls, notes };
}

describe('a machine made ready', () => {
  it('has its services stopped, and gets them back', async () => {
    const { ready, calls } = await aRouter({ routeDevice: 'eth0' });
    const stopped = await ready();
    expect(stopped).toMatchObject({ ok: true, value: { names: ['gsmd'] } });
    expect(await calls()).toEqual(['stop']);
    if (stopped.ok) await stopped.value.startAgain();
    expect(await calls()).toEqual(['stop', 'start']);
  });

  it('is refused, with nothing stopped, where the modem is the only uplink and the package lies in memory', async () => {
    const { ready, calls } = await aRouter({ routeDevice: 'wwan0' });
    expect(await ready()).toMatchObject({
      ok: false,
      failure: { reason: 'preflight-refused', check: 'uplink' },
    });
    expect(await calls()).toEqual([]);
  });

  it('is refused where a VPN leads to the repository: its packets may leave through the modem', async () => {
    const { ready, calls } = await aRouter({ routeDevice: 'wg0' });
    expect(await ready()).toMatchObject({
      ok: false,
      failure: { check: 'uplink', what: expect.stringContaining('(wg0) stands on cannot be told') },
    });
    expect(await calls()).toEqual([]);
    expect(await ready({ accepted: ['uplink'] })).toMatchObject({ ok: true });
  });

  it.each([
    ['the package lies on a disk', { packageOutlivesReboot: true }, 'Nothing needs to be done'],
    ['a person lets it through', { accepted: ['uplink'] }, 'It was told to go on all the same.'],
    ['an update is taken up', { accepted: CHECKS }, 'It was told to go on all the same.'],
  ] as const)('goes on over the only uplink where %s, and says so', async (_, changes, note) => {
    const { ready, notes } = await aRouter({ routeDevice: 'wwan0' });
    expect(await ready(changes)).toMatchObject({ ok: true });
    expect(notes).toEqual([expect.stringContaining(note)]);
  });

  it('is refused, with its services back, where somebody unknown still holds a port', async () => {
    const { root, gathering, ready, calls } = await aRouter({ routeDevice: 'eth0' });
    // This machine has no such tty: /proc as it would be, for a process that is none.
    const seen = join(root, 'proc/4000001');
    await mkdir(join(seen, 'fd'), { recursive: true });
    await writeFile(join(seen, 'cmdline'), '/usr/sbin/3ginfo\0--daemon\0');
    await symlink('/dev/ttyUSB92', join(seen, 'fd/3'));
    const proc = join(root, 'proc');
    expect(await ready({}, { ...gathering, proc })).toMatchObject({
      ok: false,
      failure: { check: 'port-holders', what: '3ginfo (process 4000001) holds /dev/ttyUSB92 of the modem.' },
    });
    expect(await calls()).toEqual(['stop', 'start']);
  });

  it('is refused, with its services back, where a crontab reboots it for a modem that is away', async () => {
    const { root, ready, calls, notes } = await aRouter({ routeDevice: 'eth0' });
    const line = '*/5 * * * * ping -c1 192.0.2.1 || reboot';
    await mkdir(join(root, 'etc/crontabs'));
    await writeFile(join(root, 'etc/crontabs/root'), `${line}\n`);
    expect(await ready()).toMatchObject({
      ok: false,
      failure: { check: 'watchdogs', what: expect.stringContaining(`/etc/crontabs/root: ${line}`) },
    });
    expect(await calls()).toEqual(['stop', 'start']);
    expect(await ready({ accepted: ['watchdogs'] })).toMatchObject({ ok: true });
    expect(notes).toEqual([expect.stringContaining('It was told to go on all the same.')]);
  });

  it('says that nothing is stopped where no profile knows the system', async () => {
    const { root, ready, notes } = await aRouter({ routeDevice: 'eth0' });
    await rm(join(root, 'etc/init.d/gsmd'));
    expect(await ready()).toMatchObject({ ok: true, value: { names: [] } });
    expect(notes).toEqual([expect.stringMatching(/^No profile .*rutos, openwrt, debian.*none is stopped\./)]);
  });

  it('leaves services alone that stand around another machine’s modem', async () => {
    const { ready, calls, notes } = await aRouter({ routeDevice: 'eth0' });
    expect(await ready({ modem: null, isBehindRelay: true })).toMatchObject({
      ok: true,
      value: { names: [] },
    });
    expect(await calls()).toEqual([]);
    expect(notes).toEqual([]);
  });
});

describe('what is told of it', () => {
  const refusal = (mayOverride: boolean): Extract<RouterFailure, { reason: 'preflight-refused' }> => ({
    reason: 'preflight-refused',
    check: 'power',
    what: 'W.',
    next: 'N.',
    mayOverride,
  });

  it('names the word that overrides, where there is one', () => {
    expect(routerSentences['preflight-refused'](refusal(true)).next).toBe(
      'N. To go on all the same: --accept power.',
    );
    expect(routerSentences['preflight-refused'](refusal(false)).next).toBe('N.');
  });

  it('says whether the modem is without power', () => {
    const said = (isOff: boolean) =>
      routerSentences['power-not-switched']({ reason: 'power-not-switched', board: 'B', said: 'EIO', isOff })
        .what;
    expect(said(true)).toContain('did not come on again');
    expect(said(false)).toContain('could not be switched');
  });
});

/** What the way to the repository costs: a real sysfs tree, and the words of OpenWrt and NetworkManager. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { uplinkCost } from '../../device/router/uplink-cost.ts';
import { ec25, testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import { readUsbTree } from '../../device/transport/bus/usb-tree.ts';
import { bareMachine } from '../support/bare-machine.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const DUMP = JSON.stringify({ interface: [{ interface: 'lan' }, { interface: 'wan', l3_device: 'eth0' }] });

/** `answers` by whole command line. */
async function costOf(routeDevice: string, answers: Readonly<Record<string, string>>, isRoaming = false) {
  const sysfs = await testSysfs({ devices: [ec25('1-1.4', { firstTty: 70 })] });
  ends.push(sysfs.remove);
  await mkdir(join(sysfs.root, 'bus/usb/devices/1-1.4:1.4/net/wwan0'), { recursive: true });
  const tree = await readUsbTree(sysfs.root, (usbId) => usbId === '2c7c:0125');
  const route = { 'ip -j route get 192.0.2.1': JSON.stringify([{ dev: routeDevice }]) };
  const said: Readonly<Record<string, string>> = { ...route, ...answers };
  let asked = 0;
  const cost = await uplinkCost(
    {
      modem: tree.ok ? (tree.value[0] ?? null) : null,
      repositoryUrl: 'https://192.0.2.1',
      throughInterface: null,
      packageOutlivesReboot: true,
    },
    {
      machine: {
        ...bareMachine,
        run: async (command) => {
          const stdout = said[command.join(' ')];
          return { code: stdout === undefined ? 127 : 0, signalName: null, stdout: stdout ?? '', stderr: '' };
        },
      },
      sysfs: sysfs.root,
      proc: '/nowhere',
      isBigEndian: false,
      ownPid: 1,
      lookup: async () => [],
    },
    async () => {
      asked += 1;
      return isRoaming;
    },
  );
  return { cost, asked };
}

describe('the way to the repository', () => {
  it('through a modem that roams costs, through one at home it is like any other', async () => {
    expect((await costOf('wwan0', {}, true)).cost).toEqual({ because: 'roaming', device: 'wwan0' });
    expect((await costOf('wwan0', {}, false)).cost).toBeNull();
  });

  it('beside the modem is like any other, and the modem is not asked', async () => {
    expect(await costOf('eth0', {}, true)).toEqual({ cost: null, asked: 0 });
  });

  it.each([
    ['OpenWrt', { 'ubus call network.interface dump': DUMP, 'uci -q get network.wan.metered': '1\n' }],
    ['NetworkManager', { 'nmcli -g GENERAL.METERED device show eth0': 'yes (guessed)\n' }],
  ])('costs where %s says that it is metered', async (_, answers) => {
    expect((await costOf('eth0', answers)).cost).toEqual({ because: 'metered', device: 'eth0' });
  });

  it.each([
    ['OpenWrt', { 'ubus call network.interface dump': DUMP, 'uci -q get network.wan.metered': '0\n' }],
    ['NetworkManager', { 'nmcli -g GENERAL.METERED device show eth0': 'no (guessed)\n' }],
  ])('costs nothing where %s says that it is not', async (_, answers) => {
    expect((await costOf('eth0', answers)).cost).toBeNull();
  });
});

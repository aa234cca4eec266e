/** Facts are gathered from real files, a real process that holds a real tty, and this machine's own routes. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemMachine } from '../../device/router/machine.ts';
import { type GatherPorts, gatherFacts, OTHER_UPDATERS } from '../../device/router/preflight/gather-facts.ts';
import { portHolders } from '../../device/router/preflight/port-holders.ts';
import { powerFacts } from '../../device/router/preflight/power-facts.ts';
import { ec25, testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import { readUsbTree } from '../../device/transport/bus/usb-tree.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), `${text}\n`);
  }
}

async function aMachine(routes: Readonly<Record<string, string>> = {}) {
  const sysfs = await testSysfs({ devices: [ec25('1-1.4', { firstTty: 70 })] });
  ends.push(sysfs.remove);
  const bus = join(sysfs.root, 'bus/usb/devices');
  await mkdir(join(bus, '1-1.4:1.4', 'net/wwan0'), { recursive: true });
  await mkdir(join(bus, '1-1.4:1.4', 'usbmisc/cdc-wdm0'), { recursive: true });
  const tree = await readUsbTree(sysfs.root, (usbId) => usbId === '2c7c:0125');
  const modem = tree.ok ? (tree.value[0] ?? null) : null;
  const ports: GatherPorts = {
    machine: {
      ...systemMachine,
      run: async (command) => {
        const device = routes[command.at(-1) ?? ''];
        const stdout = device === undefined ? '' : JSON.stringify([{ dev: device }]);
        return { code: device === undefined ? 2 : 0, signalName: null, stdout, stderr: '' };
      },
      readText: async () => null,
    },
    sysfs: sysfs.root,
    proc: '/proc',
    isBigEndian: endianness() === 'BE',
    ownPid: process.pid,
    lookup: async (host) => (host === 'firmware.example' ? ['192.0.2.1'] : []),
  };
  const gather = (repositoryUrl: string) =>
    gatherFacts({ modem, repositoryUrl, throughInterface: null, packageOutlivesReboot: false }, ports);
  return { sysfs: sysfs.root, ports, gather };
}

describe('facts before the modem leaves normal mode', () => {
  it('name the modem’s own interfaces and the one towards the repository, with all that it stands on', async () => {
    const { sysfs, gather } = await aMachine({ '192.0.2.1': 'br-lan' });
    await put(sysfs, { 'class/net/br-lan/brif/mux1/x': '', 'class/net/mux1/lower_wwan0/x': '' });
    expect(await gather('https://firmware.example/v1')).toMatchObject({
      modemNetDevices: ['wwan0'],
      routeDevice: 'br-lan',
      routeBeneath: ['br-lan', 'mux1', 'wwan0'],
    });
  });

  it.each([
    ['eth0', true],
    ['eth0.7', true],
    ['wg0', false],
  ])('say whether %s stands on a device of the machine: %s', async (device, isRouteOnHardware) => {
    const { sysfs, gather } = await aMachine({ '192.0.2.1': device });
    await put(sysfs, { 'class/net/eth0.7/lower_eth0/x': '', 'class/net/wg0/mtu': '1420' });
    await mkdir(join(sysfs, 'class/net/eth0'), { recursive: true });
    await symlink('../../../virtio2', join(sysfs, 'class/net/eth0/device'));
    expect(await gather('https://firmware.example/v1')).toMatchObject({ isRouteOnHardware });
  });

  it('say that no route is known where the name is not', async () => {
    const { gather } = await aMachine();
    expect(await gather('https://other.example')).toMatchObject({ routeDevice: null, routeBeneath: [] });
  });

  it('find this machine’s own way to itself', async () => {
    const { ports } = await aMachine();
    const real = { ...ports, machine: systemMachine };
    const wish = {
      modem: null,
      repositoryUrl: 'http://127.0.0.1:8787',
      throughInterface: null,
      packageOutlivesReboot: true,
    };
    expect(await gatherFacts(wish, real)).toMatchObject({
      routeDevice: 'lo',
      isRouteOnHardware: true,
      modemNetDevices: [],
      holders: [],
    });
  });

  it('name a process that holds a port of the modem', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cistern-port-'));
    ends.push(() => rm(directory, { recursive: true, force: true }));
    const node = join(directory, 'ttyUSB72');
    await writeFile(node, '');
    await writeFile(join(directory, 'gsmd'), 'exec 3<"$1"; echo open; read never\n');
    const holder = spawn('sh', [join(directory, 'gsmd'), node], { stdio: ['pipe', 'pipe', 'inherit'] });
    ends.push(() => holder.kill('SIGKILL'));
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(await portHolders('/proc', [node, '/dev/ttyUSB73'], process.pid)).toEqual([
      { pid: holder.pid, name: 'gsmd', nodes: [node] },
    ]);
  });

  it('name another updater that runs, also when a shell runs it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cistern-other-'));
    ends.push(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, 'modem_updater'), 'echo up; read never\n');
    const other = spawn('sh', [join(directory, 'modem_updater')], { stdio: ['pipe', 'pipe', 'inherit'] });
    ends.push(() => other.kill('SIGKILL'));
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const { gather } = await aMachine();
    const { otherUpdaters } = await gather('http://127.0.0.1');
    expect(otherUpdaters.map(({ pid }) => pid)).toContain(other.pid);
    expect(new Set(OTHER_UPDATERS).size).toBe(OTHER_UPDATERS.length);
  });

  it('read supplies and voltage alarms, and leave out the battery of a mouse', async () => {
    const { sysfs } = await aMachine();
    await put(sysfs, {
      'class/power_supply/AC/type': 'Mains',
      'class/power_supply/AC/online': '0',
      'class/power_supply/BAT0/type': 'Battery',
      'class/power_supply/BAT0/status': 'Discharging',
      'class/power_supply/BAT0/capacity': '41',
      'class/power_supply/mouse/type': 'Battery',
      'class/power_supply/mouse/scope': 'Device',
      'devices/soc/hwmon/hwmon1/name': 'rpi_volt',
      'devices/soc/hwmon/hwmon1/in0_lcrit_alarm': '1',
      'devices/soc/hwmon/hwmon2/name': 'cpu_thermal',
    });
    await mkdir(join(sysfs, 'class/hwmon'), { recursive: true });
    for (const chip of ['hwmon1', 'hwmon2'])
      await symlink(join(sysfs, 'devices/soc/hwmon', chip), join(sysfs, 'class/hwmon', chip));
    expect(await powerFacts(sysfs)).toEqual({
      supplies: [
        { name: 'AC', type: 'mains', online: false, discharging: null, percent: null },
        { name: 'BAT0', type: 'battery', online: null, discharging: true, percent: 41 },
      ],
      undervoltage: ['rpi_volt'],
    });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../../shared/bytes.ts';
import { err, ok } from '../../../shared/result.ts';
import { systemClock } from '../../clock.ts';
import { ec25, inEdl, type TestUsbDevice as Plugged, type TestSysfs, testSysfs } from '../bus/test-sysfs.ts';
import type { LocalPorts } from '../local-ports.ts';
import { type TestUsbDevice, type TestUsbOptions, testUsbBus, testUsbDevice } from './test-usb-device.ts';
import { usbDoor } from './usb-door.ts';

const soon = { timeoutMs: 40 };
const opened: TestSysfs[] = [];
afterEach(async () => {
  for (const sysfs of opened.splice(0)) await sysfs.remove();
});

async function machine(plugged: readonly Plugged[], devices: readonly TestUsbDevice[]) {
  const sysfs = await testSysfs({ devices: plugged });
  opened.push(sysfs);
  const ttys: string[] = [];
  const ports: LocalPorts = {
    sysfs: sysfs.root,
    loadUsb: async () => ok(testUsbBus(...devices)),
    openTty: async (path) => {
      ttys.push(path);
      return err({ reason: 'device-busy', what: path });
    },
    clock: systemClock,
    mayOpen: async () => true,
  };
  return { sysfs, ports, ttys, door: await usbDoor({ path: '1-1', peer: null }, ports) };
}

const normal = (options: TestUsbOptions = {}) =>
  testUsbDevice({
    address: 2,
    interfaceNumbers: [0, 1, 2, 3, 4],
    boundInterfaces: [0, 1, 2, 3, 4],
    ...options,
  });

describe('a modem that is plugged in', () => {
  it('is opened at its DIAG interface, taken from its driver and given back', async () => {
    const device = normal();
    const { door } = await machine([ec25('1-1')], [device]);
    const modem = await door.open();
    if (!modem.ok) throw new Error(modem.failure.reason);
    expect(modem.value).toMatchObject({ usbId: '2c7c:0125', interfaceCount: 5, state: 'normal' });
    expect(await modem.value.pipe.transferOut(utf8('question'), soon)).toEqual({ ok: true });
    device.say('answer');
    expect(await modem.value.pipe.transferIn(512, soon)).toEqual({ ok: true, value: utf8('answer') });
    await modem.value.pipe.close();
    expect(device.calls).toEqual(['open', 'detach 0', 'claim 0', 'release 0', 'attach 0', 'close']);
  });

  it('is opened in EDL at its one interface; what no driver held is not given to one', async () => {
    const device = testUsbDevice({ address: 3 });
    const { door } = await machine([inEdl('1-1')], [device]);
    const modem = await door.open();
    if (!modem.ok) throw new Error(modem.failure.reason);
    expect(modem.value).toMatchObject({ usbId: '05c6:9008', interfaceCount: 1, state: 'edl' });
    await modem.value.pipe.close();
    expect(device.calls).toEqual(['open', 'claim 0', 'release 0', 'close']);
  });

  it('is opened where it stands now, on another bus too, and is absent in between', async () => {
    const device = testUsbDevice({ address: 3, bus: '002' });
    const { door, sysfs } = await machine([ec25('1-1')], [normal(), device]);
    const first = await door.open();
    if (first.ok) await first.value.pipe.close();
    await sysfs.unplug('1-1');
    expect(await door.open()).toEqual({ ok: false, failure: { reason: 'modem-absent', where: 'usb:1-1' } });
    await sysfs.plug(inEdl('2-1'));
    expect(await door.open()).toMatchObject({ ok: true, value: { state: 'edl' } });
    expect(device.calls).toContain('claim 0');
  });

  it('is absent while the bus still shows an earlier visit of it', async () => {
    const { door } = await machine([inEdl('1-1', { deviceNumber: 9 })], [testUsbDevice({ address: 3 })]);
    expect(await door.open()).toMatchObject({ failure: { reason: 'modem-absent' } });
  });

  it.each([
    ['2c7c:6005', 5, 'not-qualcomm'],
    ['1199:9071', 5, 'unsupported'],
  ] as const)('as %s is seen but not spoken to', async (usbId, count, state) => {
    const interfaces = Array.from({ length: count }, () => ({}));
    const device = normal();
    const { door } = await machine([{ path: '1-1', usbId, interfaces }], [device]);
    const modem = await door.open();
    expect(modem).toMatchObject({ ok: true, value: { state, usbId } });
    expect(device.calls).toEqual([]);
    if (!modem.ok) return;
    expect(await modem.value.pipe.transferOut(utf8('x'), soon)).toMatchObject({
      failure: { reason: 'link-broken' },
    });
  });

  it.each([
    ['offers its memory', '05c6:900e', 'ram-dump'],
    ['is in fastboot', '18d1:d00d', 'fastboot'],
  ] as const)('that %s is opened, so that it can be reset', async (_, usbId, state) => {
    const device = testUsbDevice({ address: 2 });
    const { door } = await machine([{ path: '1-1', usbId, interfaces: [{}] }], [device]);
    expect(await door.open()).toMatchObject({ ok: true, value: { state } });
    expect(device.calls).toContain('claim 0');
  });

  it('that is in fastboot is seen where it may not be opened', async () => {
    const device = testUsbDevice({ address: 2, openError: 'Permission denied (errno 13)' });
    const { door } = await machine([{ path: '1-1', usbId: '18d1:d00d', interfaces: [{}] }], [device]);
    expect(await door.open()).toMatchObject({ ok: true, value: { state: 'fastboot' } });
  });
});

describe('a modem that cannot be opened', () => {
  it.each([
    [
      { openError: 'Permission denied (errno 13)' },
      { reason: 'device-not-permitted', node: '/dev/bus/usb/001/002' },
    ],
    [{ openError: 'device not found (errno 2)' }, { reason: 'modem-absent' }],
    [
      { boundInterfaces: [], busyInterfaces: [0] },
      { reason: 'device-busy', what: 'interface 0 of usb:1-1' },
    ],
    [{ openError: 'too many open files (errno 24)' }, { reason: 'link-broken' }],
  ])('because of %o says so', async (options, failure) => {
    const { door } = await machine([ec25('1-1')], [normal(options)]);
    expect(await door.open()).toMatchObject({ ok: false, failure });
  });

  it('is absent when it leaves the bus while its configuration is read', async () => {
    const device = normal();
    Object.defineProperty(device, 'configuration', {
      get: () => {
        throw new Error('configuration error: No such device (errno 19)');
      },
    });
    const { door } = await machine([ec25('1-1')], [device]);
    expect(await door.open()).toMatchObject({ ok: false, failure: { reason: 'modem-absent' } });
  });

  it('gives back what it had taken when the claim fails', async () => {
    const device = normal({ busyInterfaces: [0] });
    const { door } = await machine([ec25('1-1')], [device]);
    await door.open();
    expect(device.calls).toEqual(['open', 'detach 0', 'claim 0', 'release 0', 'attach 0', 'close']);
  });

  it('says so where its table and its interfaces disagree', async () => {
    const { door } = await machine([{ path: '1-1', usbId: '2c7c:030a', interfaces: [{}, {}] }], [normal()]);
    expect(await door.open()).toEqual({
      ok: false,
      failure: { reason: 'interface-not-found', role: 'DIAG', usbId: '2c7c:030a', where: 'usb:1-1' },
    });
    expect(await door.openAt()).toMatchObject({ failure: { reason: 'interface-not-found', role: 'AT' } });
  });

  it('says so where npm usb is not installed, and where there is no bus', async () => {
    const { ports } = await machine([ec25('1-1')], []);
    const missing = {
      reason: 'transport-not-installed',
      npmPackage: 'usb',
      why: 'Cannot find package',
    } as const;
    const without = await usbDoor(
      { path: '1-1', peer: null },
      { ...ports, loadUsb: async () => err(missing) },
    );
    expect(await without.open()).toEqual({ ok: false, failure: missing });
    const nowhere = await usbDoor({ path: '1-1', peer: null }, { ...ports, sysfs: '/nowhere' });
    expect(await nowhere.open()).toMatchObject({ failure: { reason: 'usb-bus-missing' } });
    const getDevices = () =>
      Promise.reject(new Error('getDevices error: /sys/bus/usb/devices/ not found (errno 2)'));
    const blind = await usbDoor(
      { path: '1-1', peer: null },
      { ...ports, loadUsb: async () => ok({ getDevices }) },
    );
    expect(await blind.open()).toMatchObject({ failure: { reason: 'usb-bus-missing' } });
  });

  it('is not looked for once it was interrupted', async () => {
    const { door } = await machine([ec25('1-1')], [normal()]);
    expect(await door.open(AbortSignal.abort())).toEqual({ ok: false, failure: { reason: 'interrupted' } });
  });
});

describe('AT of a modem that is plugged in', () => {
  it('goes through the tty of the AT interface, whatever its number', async () => {
    const { door, ttys } = await machine([ec25('1-1', { firstTty: 7 })], [normal()]);
    expect(await door.openAt()).toEqual({
      ok: false,
      failure: { reason: 'device-busy', what: '/dev/ttyUSB9' },
    });
    expect(ttys).toEqual(['/dev/ttyUSB9']);
  });

  it('goes through usbfs where no driver offers a tty, with DTR raised', async () => {
    const bare = {
      ...ec25('1-1'),
      interfaces: ec25('1-1').interfaces.map(({ classes = '' }) => ({ classes })),
    };
    const device = normal({ boundInterfaces: [] });
    const { door } = await machine([bare], [device]);
    const at = await door.openAt();
    if (!at.ok) throw new Error(at.failure.reason);
    device.say('OK\r\n');
    expect(await at.value.transferIn(4096, soon)).toEqual({ ok: true, value: utf8('OK\r\n') });
    await at.value.close();
    expect(device.calls).toEqual(['open', 'claim 2', 'control 34 3 2', 'release 2', 'close']);
  });

  it('is there in normal mode only', async () => {
    const { door } = await machine([inEdl('1-1')], [testUsbDevice({ address: 3 })]);
    expect(await door.openAt()).toMatchObject({ failure: { reason: 'modem-absent' } });
  });
});

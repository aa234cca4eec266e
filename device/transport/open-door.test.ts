import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { ec25, inEdl, type TestSysfs, testSysfs } from './bus/test-sysfs.ts';
import type { LocalPorts } from './local-ports.ts';
import { openDoor } from './open-door.ts';

const opened: TestSysfs[] = [];
afterEach(async () => {
  for (const sysfs of opened.splice(0)) await sysfs.remove();
});

async function machine(layout: Parameters<typeof testSysfs>[0] = {}): Promise<LocalPorts> {
  const sysfs = await testSysfs(layout);
  opened.push(sysfs);
  const never = () => Promise.reject(new Error('nothing is opened to look for a door'));
  return { sysfs: sysfs.root, loadUsb: never, openTty: never, clock: systemClock, mayOpen: async () => true };
}

const ec200 = { path: '1-2', usbId: '2c7c:6005', interfaces: [{}, {}] };

describe('a door', () => {
  it.each([
    ['tcp://127.0.0.1:9008?at=9007', 'tcp-127.0.0.1-9008', 'tcp://127.0.0.1:9008?at=9007'],
    ['tcp://[fd00::1]:9008?at=9007', 'tcp-fd00__1-9008', 'tcp://fd00::1:9008?at=9007'],
    ['tcp://a%2F..%2Fb:9008?at=9007', 'tcp-a_2F.._2Fb-9008', 'tcp://a%2F..%2Fb:9008?at=9007'],
    ['usb:1-1', 'usb-xhci.0-1', 'usb:1-1'],
    ['serial:1-1', 'usb-xhci.0-1', 'serial:1-1'],
    ['serial:/dev/ttyUSB0', 'usb-xhci.0-1', 'serial:1-1'],
    ['serial:/dev/ttyUSB0?at=/dev/ttyUSB2', 'usb-xhci.0-1', 'serial:1-1'],
    ['auto', 'usb-xhci.0-1', 'usb:1-1'],
    ['usb:', 'usb-xhci.0-1', 'usb:1-1'],
  ])('named %s has the key %s', async (locator, key, where) => {
    const ports = await machine({ devices: [ec25('1-1')] });
    expect(await openDoor(locator, ports)).toMatchObject({ ok: true, value: { key, where } });
  });

  it('keeps its key when the modem is found in EDL on the other bus of its socket', async () => {
    const peers = [['1-5', '2-1']] as const;
    const normal = await machine({ peers, devices: [ec25('2-1')] });
    const edl = await machine({ peers, devices: [inEdl('1-5')] });
    const keyOf = async (ports: LocalPorts) => {
      const door = await openDoor('auto', ports);
      return door.ok ? door.value.key : door.failure;
    };
    expect(await keyOf(normal)).toBe('usb-xhci.0-5');
    expect(await keyOf(edl)).toBe('usb-xhci.0-5');
  });

  it('is refused where several modems are in sight and none is named', async () => {
    const ports = await machine({ devices: [ec25('1-1'), inEdl('2-1.4')] });
    expect(await openDoor('auto', ports)).toMatchObject({
      failure: { reason: 'modems-indistinguishable', choices: ['usb:1-1', 'usb:2-1.4'] },
    });
  });

  it('leads to the one that can be updated, past those that cannot', async () => {
    const ports = await machine({ devices: [ec25('1-1'), ec200] });
    expect(await openDoor('auto', ports)).toMatchObject({ value: { where: 'usb:1-1' } });
    expect(await openDoor('auto', await machine({ devices: [ec200] }))).toMatchObject({
      value: { where: 'usb:1-2' },
    });
  });

  it('is not there where nothing is in sight', async () => {
    const ports = await machine();
    expect(await openDoor('auto', ports)).toMatchObject({ failure: { reason: 'modem-absent' } });
    expect(await openDoor('serial:/dev/ttyUSB0', ports)).toMatchObject({
      failure: { reason: 'modem-absent', where: 'serial:/dev/ttyUSB0' },
    });
  });

  it('needs a bus, unless the modem is behind a relay', async () => {
    const ports = { ...(await machine()), sysfs: '/nowhere' };
    expect(await openDoor('auto', ports)).toMatchObject({ failure: { reason: 'usb-bus-missing' } });
    expect(await openDoor('tcp://127.0.0.1:9008?at=9007', ports)).toMatchObject({ ok: true });
  });

  it('is refused where DIAG and AT belong to two modems', async () => {
    const devices = [ec25('1-1'), ec25('1-2', { firstTty: 4 })];
    const opened = await openDoor('serial:/dev/ttyUSB0?at=/dev/ttyUSB6', await machine({ devices }));
    expect(opened).toMatchObject({
      failure: {
        reason: 'locator-unreadable',
        why: '/dev/ttyUSB0 belongs to usb:1-1, /dev/ttyUSB6 to usb:1-2',
      },
    });
  });

  it('is found in EDL by its one tty, though the number of its AT is somebody else’s now', async () => {
    const devices = [inEdl('1-1', { tty: 'ttyUSB0' }), ec25('1-2', { firstTty: 1 })];
    const opened = await openDoor('serial:/dev/ttyUSB0?at=/dev/ttyUSB2', await machine({ devices }));
    expect(opened).toMatchObject({ value: { where: 'serial:1-1' } });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { err } from '../../../shared/result.ts';
import { systemClock } from '../../clock.ts';
import type { Roles } from '../bus/interface-roles.ts';
import { ec25, inEdl, type TestSysfs, type TestUsbDevice, testSysfs } from '../bus/test-sysfs.ts';
import { serialDoor } from './serial-door.ts';

const opened: TestSysfs[] = [];
afterEach(async () => {
  for (const sysfs of opened.splice(0)) await sysfs.remove();
});

const BY_TABLE: Roles = { diag: null, at: null };

/** Every tty is busy, so that which one was tried is all that is seen. */
async function machine(devices: readonly TestUsbDevice[], roles: Roles = BY_TABLE) {
  const sysfs = await testSysfs({ devices });
  opened.push(sysfs);
  const door = await serialDoor({ path: '1-1', peer: null }, roles, {
    sysfs: sysfs.root,
    loadUsb: () => Promise.reject(new Error('a serial door needs no USB library')),
    openTty: async (path) => err({ reason: 'device-busy', what: path }),
    clock: systemClock,
    mayOpen: async () => true,
  });
  return { sysfs, door };
}

const tried = (tty: string) => ({ ok: false, failure: { reason: 'device-busy', what: tty } });

describe('a modem behind ttys', () => {
  it('is asked at the ttys of its DIAG and AT interfaces, whatever their numbers', async () => {
    const { door } = await machine([ec25('1-1', { firstTty: 5 })]);
    expect(await door.open()).toEqual(tried('/dev/ttyUSB5'));
    expect(await door.openAt()).toEqual(tried('/dev/ttyUSB7'));
  });

  it('is asked at the interfaces that were named, where they were', async () => {
    const { door } = await machine([ec25('1-1', { firstTty: 5 })], { diag: 1, at: 3 });
    expect(await door.open()).toEqual(tried('/dev/ttyUSB6'));
    expect(await door.openAt()).toEqual(tried('/dev/ttyUSB8'));
  });

  it('is followed to the tty that qcserial gives it in EDL, and back to others', async () => {
    const { door, sysfs } = await machine([ec25('1-1'), ec25('1-2', { firstTty: 4 })]);
    await sysfs.unplug('1-1');
    expect(await door.open()).toMatchObject({ failure: { reason: 'modem-absent', where: 'usb:1-1' } });
    await sysfs.plug(inEdl('1-1', { tty: 'ttyUSB8' }));
    expect(await door.open()).toEqual(tried('/dev/ttyUSB8'));
    expect(await door.openAt()).toMatchObject({ failure: { reason: 'modem-absent' } });
    await sysfs.unplug('1-1');
    await sysfs.plug(ec25('1-1', { firstTty: 9, deviceNumber: 4 }));
    expect(await door.open()).toEqual(tried('/dev/ttyUSB9'));
  });

  it('is there without a tty while no driver is bound', async () => {
    const bare = { path: '1-1', usbId: '05c6:9008', interfaces: [{ classes: 'ff/ff/ff' }] };
    const { door } = await machine([bare]);
    expect(await door.open()).toEqual({
      ok: false,
      failure: { reason: 'tty-missing', usbId: '05c6:9008', where: 'serial:1-1' },
    });
  });

  it('is seen but not spoken to where it has no Qualcomm chip', async () => {
    const { door } = await machine([
      { path: '1-1', usbId: '2c7c:6005', interfaces: [{ tty: 'ttyUSB0' }, {}] },
    ]);
    expect(await door.open()).toMatchObject({ ok: true, value: { state: 'not-qualcomm' } });
  });
});

import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findModems } from './find-modems.ts';
import { ec25, inEdl, type TestSysfs, type TestUsbDevice, testSysfs } from './test-sysfs.ts';

const opened: TestSysfs[] = [];
afterEach(async () => {
  for (const sysfs of opened.splice(0)) await sysfs.remove();
});

async function seen(...devices: readonly TestUsbDevice[]) {
  const sysfs = await testSysfs({ devices });
  opened.push(sysfs);
  const found = await findModems(sysfs.root);
  if (!found.ok) throw new Error(found.failure.reason);
  return found.value;
}

describe('finding modems', () => {
  it('shows a modem in normal mode with its interfaces, drivers and ttys', async () => {
    const [modem] = await seen(ec25('1-1.4', { firstTty: 4, deviceNumber: 9 }));
    expect(modem).toMatchObject({
      path: '1-1.4',
      usbId: '2c7c:0125',
      busNumber: 1,
      deviceNumber: 9,
      interfaceCount: 5,
      state: 'normal',
      name: 'Quectel',
      roles: { diag: 0, at: 2 },
      isSettled: true,
    });
    expect(
      modem?.interfaces.map(({ number, classes, driver, ttys }) => [number, classes, driver, ttys]),
    ).toEqual([
      [0, 'ff/ff/ff', 'option', ['ttyUSB4']],
      [1, 'ff/00/00', 'option', ['ttyUSB5']],
      [2, 'ff/00/00', 'option', ['ttyUSB6']],
      [3, 'ff/00/00', 'option', ['ttyUSB7']],
      [4, 'ff/ff/ff', 'qmi_wwan', []],
    ]);
  });

  it('shows one in EDL, and the tty that qcserial gives it', async () => {
    const [modem] = await seen(inEdl('2-1'));
    expect(modem).toMatchObject({ path: '2-1', state: 'edl', interfaces: [{ ttys: ['ttyUSB0'] }] });
  });

  it('reads the ttys of cdc-acm, which stand one level deeper', async () => {
    const [modem] = await seen({
      path: '1-2',
      usbId: '1bc7:1201',
      interfaces: [{ classes: '02/02/01', driver: 'cdc_acm', tty: 'ttyACM0' }, {}],
    });
    expect(modem?.interfaces[0]?.ttys).toEqual(['ttyACM0']);
  });

  it.each([
    ['2c7c:0800', 1, 'ram-dump', 'Quectel'],
    ['05c6:900e', 1, 'ram-dump', 'Qualcomm'],
    ['18d1:d00d', 1, 'fastboot', 'fastboot'],
    ['2c7c:6005', 5, 'not-qualcomm', 'EC200A (ASR)'],
    ['2c7c:0901', 6, 'not-qualcomm', 'EC200U (Unisoc)'],
    ['2c7c:6007', 5, 'not-qualcomm', 'EG915Q, EG916Q or EG800Q (Eigencomm)'],
    ['2c7c:0900', 6, 'not-qualcomm', 'RG500U, RM500U or RG200U (Unisoc)'],
    ['2c7c:7001', 6, 'not-qualcomm', 'RM500K (MediaTek)'],
    ['1e0e:9001', 5, 'unsupported', 'SIMCom'],
    ['1199:9071', 5, 'unsupported', 'Sierra Wireless'],
  ])('tells %s with %i interfaces to be %s: %s', async (usbId, count, state, name) => {
    const [modem] = await seen({ path: '1-1', usbId, interfaces: Array.from({ length: count }, () => ({})) });
    expect(modem).toMatchObject({ state, name });
  });

  it('lists by bus and port, and leaves out what is no modem', async () => {
    const stick = { path: '1-3', usbId: '0781:5567', interfaces: [{ classes: '08/06/50' }] };
    const receiver = { path: '1-4', usbId: '1546:01a8', interfaces: [{}] };
    const modems = await seen(ec25('1-10'), stick, receiver, ec25('1-2'), inEdl('2-1.4.3'), ec25('1-1.4'));
    expect(modems.map(({ path }) => path)).toEqual(['1-1.4', '1-2', '1-10', '2-1.4.3']);
  });

  it('says of a modem that the kernel is still setting up that it is', async () => {
    const [modem] = await seen({ ...ec25('1-1'), interfaceCount: 6 });
    expect(modem).toMatchObject({ state: 'normal', isSettled: false });
  });

  it('finds none on an empty bus, and says so of a machine that has no bus', async () => {
    expect(await seen()).toEqual([]);
    const sysfs = await testSysfs();
    await sysfs.remove();
    expect(await findModems(sysfs.root)).toEqual({
      ok: false,
      failure: { reason: 'usb-bus-missing', path: join(sysfs.root, 'bus/usb/devices') },
    });
  });
});

import assert from 'node:assert/strict';
import type { Guest } from '../guest/guest.ts';
import { BUS_ID, lastJsonLine, modemAppears, modemIsThere, NORMAL_ID } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

const EX_UNAVAILABLE = 69;

export const scenario: Scenario = {
  title:
    'cistern devices lists the modem from sysfs without udev, asks it over usb, leaving the drivers bound, and over its ttys',
  modem: [],
  inGuest: async (guest) => {
    const noBus = await guest.cistern(['devices', '--json']);
    assert.equal(noBus.code, EX_UNAVAILABLE);
    assert.equal(
      lastJsonLine(noBus.stdout).reason,
      'usb-bus-missing',
      'this kernel has no USB before its modules',
    );
    await guest.must('modprobe', ['vhci-hcd']);
    const none = await guest.cistern(['devices', '--json']);
    assert.deepEqual(lastJsonLine(none.stdout).devices, [], 'before the modem is plugged in');

    await modemAppears(guest);
    const listed = await guest.cistern(['devices', '--json']);
    assert.equal(listed.code, 0);
    const [inSight] = lastJsonLine(listed.stdout).devices as Record<string, unknown>[];
    assert.equal(inSight?.usbId, NORMAL_ID);
    assert.equal(inSight?.state, 'normal');
    assert.ok(JSON.stringify(inSight).includes(BUS_ID), 'the path of the port');

    await saysItsVersion(guest, `usb:${BUS_ID}`);
    const after = await modemIsThere(guest);
    assert.deepEqual(
      after.interfaces.slice(0, 4).map(({ driver }) => driver),
      ['option', 'option', 'option', 'option'],
      'drivers are given back',
    );
    const [diag, , at] = after.interfaces.map(({ ttys }) => `/dev/${ttys[0]}`);
    await saysItsVersion(guest, `serial:${diag}?at=${at}`);
  },
};

async function saysItsVersion(guest: Guest, modem: string): Promise<void> {
  const asked = await guest.cistern(['devices', '--modem', modem, '--json']);
  assert.equal(asked.code, 0, modem);
  const [answered] = lastJsonLine(asked.stdout).devices as Record<string, unknown>[];
  assert.equal(answered?.state, 'normal', modem);
  assert.equal(answered?.version, guest.setting.oldVersion, modem);
}

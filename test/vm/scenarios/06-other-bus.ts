import assert from 'node:assert/strict';
import { bootedNewVersion, expectUpdated } from '../guest/expect-updated.ts';
import { usbDevices } from '../guest/guest.ts';
import { BUS_ID, EDL_ID, modemAppears } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

const EDL_BUS_ID = '2-1';

export const scenario: Scenario = {
  title: 'the modem enters EDL on another bus, as a SuperSpeed device on the same port, and is found there',
  modem: ['--reboot-ms', '500', '--edl-busid', EDL_BUS_ID, '--edl-speed', 'super'],
  needs: 'repository',
  inGuest: async (guest) => {
    const before = await modemAppears(guest, { busIds: [BUS_ID, EDL_BUS_ID] });
    const moved = guest.await(
      'the modem in EDL',
      async () => (await usbDevices()).find(({ usbId }) => usbId === EDL_ID) ?? null,
    );
    const finished = await guest.update(`usb:${BUS_ID}`);
    const { path, speedMbps } = await moved;
    assert.equal(path, EDL_BUS_ID);
    assert.equal(speedMbps, 5_000);
    assert.notEqual(path.split('-')[0], before.path.split('-')[0], 'another bus');
    expectUpdated(guest, finished);
  },
  afterwards: bootedNewVersion,
};

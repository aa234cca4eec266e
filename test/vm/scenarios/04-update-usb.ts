import { bootedNewVersion, expectUpdated } from '../guest/expect-updated.ts';
import { BUS_ID, modemAppears } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  title: 'cistern update over usb: through usbfs, past the kernel drivers, and back',
  modem: ['--reboot-ms', '500'],
  needs: 'repository',
  inGuest: async (guest) => {
    await modemAppears(guest);
    expectUpdated(guest, await guest.update(`usb:${BUS_ID}`));
  },
  afterwards: bootedNewVersion,
};

import { bootedNewVersion, expectUpdated } from '../guest/expect-updated.ts';
import { modemAppears } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  title: "cistern update over serial: through the ttys of option, and in EDL through qcserial's",
  modem: ['--reboot-ms', '500'],
  needs: 'repository',
  inGuest: async (guest) => {
    const modem = await modemAppears(guest);
    const [diag, , at] = modem.interfaces.map(({ ttys }) => `/dev/${ttys[0]}`);
    expectUpdated(guest, await guest.update(`serial:${diag}?at=${at}`));
  },
  afterwards: bootedNewVersion,
};

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { bootedNewVersion, expectUpdated } from '../guest/expect-updated.ts';
import { BUS_ID, modemAppears } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

const AWAY_MS = 1_500;

export const scenario: Scenario = {
  title: 'the cable is pulled while partitions are programmed and put back, and the update finishes',
  modem: ['--reboot-ms', '500'],
  needs: 'repository',
  inGuest: async (guest) => {
    await modemAppears(guest);
    let pulled = false;
    const pull = async () => {
      pulled = true;
      guest.tellModem('unplug');
      await delay(AWAY_MS);
      guest.tellModem('plug');
    };
    const finished = await guest.update(`usb:${BUS_ID}`, {
      onLine: (line) => {
        if (!pulled && line.includes('"programming"')) void pull();
      },
    });
    assert.ok(pulled, 'the updater came as far as programming');
    assert.match(
      finished.stdout,
      // A transfer can fail before the kernel has taken the device away: then the link is what broke.
      /attempt 1 to flash ended \((modem-disconnected|link-broken)\)/,
      'the pull broke a session',
    );
    expectUpdated(guest, finished);
    assert.equal(
      finished.stdout.split('"step":"entering-edl"').length - 1,
      1,
      'once, and EDL survives the cable',
    );
  },
  afterwards: bootedNewVersion,
};

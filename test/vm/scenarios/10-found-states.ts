import assert from 'node:assert/strict';
import { deviceWith, type Guest } from '../guest/guest.ts';
import { BUS_ID, EDL_ID, lastJsonLine, modemAppears, modemIsThere } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

const CRASHED_ID = '05c6:900e';
const FASTBOOT_ID = '18d1:d00d';
type Found = { readonly state: string; readonly usbId: string; readonly ttys: number };

/** States that `reset` leaves, and what is on the bus in them. A taken HELLO has a scenario of its own. */
const RESETTABLE: readonly Found[] = [
  { state: 'edl', usbId: EDL_ID, ttys: 1 },
  { state: 'edl-mid-image', usbId: EDL_ID, ttys: 1 },
  { state: 'programmer', usbId: EDL_ID, ttys: 1 },
  { state: 'programmer-unread', usbId: EDL_ID, ttys: 1 },
  { state: 'ram-dump', usbId: CRASHED_ID, ttys: 0 },
];

export const scenario: Scenario = {
  title:
    'cistern devices tells EDL, a crash and fastboot apart, and reset brings a modem back from all but fastboot',
  modem: ['--reboot-ms', '500'],
  inGuest: async (guest) => {
    await modemAppears(guest);
    for (const found of RESETTABLE) {
      await isFound(guest, found);
      // On the bus they are all alike that are in EDL: listed once.
      if (found.state === 'edl' || found.usbId !== EDL_ID) await isListed(guest, found);
      const reset = await guest.cistern(['reset', '--modem', `usb:${BUS_ID}`, '--yes', '--json']);
      assert.equal(reset.code, 0, `reset from ${found.state}`);
      await modemIsThere(guest);
    }
    const inFastboot: Found = { state: 'fastboot', usbId: FASTBOOT_ID, ttys: 0 };
    await isFound(guest, inFastboot);
    await isListed(guest, inFastboot);
  },
  afterwards: (states) => assert.equal(states.at(-1)?.state, 'fastboot'),
};

/** The simulated modem is in this state from now on, and its kernel knows it. */
async function isFound(guest: Guest, { state, usbId, ttys }: Found): Promise<void> {
  guest.tellModem(state);
  await guest.await(`${usbId} on the bus (${state})`, () => deviceWith(usbId, ttys));
}

async function isListed(guest: Guest, { state, usbId }: Found): Promise<void> {
  const listed = await guest.cistern(['devices', '--json']);
  assert.equal(listed.code, 0);
  const [device] = lastJsonLine(listed.stdout).devices as Record<string, unknown>[];
  assert.deepEqual([device?.usbId, device?.state], [usbId, state]);
}

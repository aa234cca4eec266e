import assert from 'node:assert/strict';
import { deviceWith, type Guest } from '../guest/guest.ts';
import { BUS_ID, EDL_ID, lastJsonLine, modemAppears, modemIsThere } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

/** States that `reset` leaves, and what is on the bus in them. */
const RESETTABLE = [
  { state: 'edl', usbId: EDL_ID, ttys: 1 },
  { state: 'edl-hello-taken', usbId: EDL_ID, ttys: 1 },
  { state: 'edl-mid-image', usbId: EDL_ID, ttys: 1 },
  { state: 'programmer', usbId: EDL_ID, ttys: 1 },
  { state: 'programmer-unread', usbId: EDL_ID, ttys: 1 },
  { state: 'ram-dump', usbId: '05c6:900e', ttys: 0 },
] as const;

export const scenario: Scenario = {
  title:
    'cistern devices tells EDL, a crash and fastboot apart, and reset brings a modem back from all but fastboot',
  modem: ['--reboot-ms', '500'],
  inGuest: async (guest) => {
    await modemAppears(guest);
    for (const found of RESETTABLE) {
      await isFound(guest, found);
      const reset = await guest.cistern(['reset', '--modem', `usb:${BUS_ID}`, '--yes', '--json']);
      assert.equal(reset.code, 0, `reset from ${found.state}`);
      await modemIsThere(guest);
    }
    await isFound(guest, { state: 'fastboot', usbId: '18d1:d00d', ttys: 0 });
  },
  afterwards: (states) => assert.equal(states.at(-1)?.state, 'fastboot'),
};

/** The simulated modem is found in this state, and `devices` says so. */
async function isFound(
  guest: Guest,
  { state, usbId, ttys }: { readonly state: string; readonly usbId: string; readonly ttys: number },
): Promise<void> {
  guest.tellModem(state);
  await guest.await(`${usbId} on the bus (${state})`, () => deviceWith(usbId, ttys));
  const listed = await guest.cistern(['devices', '--json']);
  assert.equal(listed.code, 0);
  const [device] = lastJsonLine(listed.stdout).devices as Record<string, unknown>[];
  assert.deepEqual([device?.usbId, device?.state], [usbId, usbId === EDL_ID ? 'edl' : state]);
}

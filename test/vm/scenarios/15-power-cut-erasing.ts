import assert from 'node:assert/strict';
import { bootedNewVersion } from '../guest/expect-updated.ts';
import { modemAppears, modemIsPluggedIn, modemIsThere } from '../guest/modem-on-the-bus.ts';
import { finishesByItself, initStarts, installsOnOpenwrt } from '../guest/openwrt.ts';
import type { ModemEvent, Scenario } from '../scenario.ts';

const ERASE_MS = 1_000;

export const scenario: Scenario = {
  title: 'router and modem lose power in an erase; the boot hook finishes the modem, without an uplink',
  modem: ['--reboot-ms', '500', '--fault', JSON.stringify({ kind: 'slow-erase', delayMs: ERASE_MS })],
  needs: 'repository',
  inGuest: async (guest) => {
    await installsOnOpenwrt(guest);
    await modemAppears(guest);
    const cut = () => {
      guest.tellModem('power-cycle');
      return guest.cutPower();
    };
    await guest.cistern(['update', '--json'], {
      onLine: (line) => {
        // The first of eleven is done, and the second is what the modem is at.
        if (line.includes('"phase":"erasing"')) void cut();
      },
    });
  },
  powerCut: {
    // Nothing leads to the repository now: what is needed lies on the overlay.
    thenInGuest: async (guest) => {
      await modemIsPluggedIn(guest);
      await initStarts(guest);
      await finishesByItself(guest);
      await modemIsThere(guest);
    },
  },
  afterwards: (states, setting, events) => {
    wasCutInAnErase(events);
    bootedNewVersion(states, setting);
  },
};

/** Nothing was programmed before, and what the modem lost keeps it from starting. */
function wasCutInAnErase(events: readonly ModemEvent[]): void {
  const told = events as readonly { event?: string; word?: string; state?: string }[];
  const cutAt = told.findIndex(({ word }) => word === 'power-cycle');
  assert.ok(cutAt > 0 && told.slice(0, cutAt).every(({ event }) => event !== 'program'));
  const next = told.slice(cutAt).filter(({ state }) => state === 'normal' || state === 'edl-sahara');
  assert.equal(next[0]?.state, 'edl-sahara', 'its boot partition is erased');
}

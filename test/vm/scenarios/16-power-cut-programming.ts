import assert from 'node:assert/strict';
import { bootedNewVersion } from '../guest/expect-updated.ts';
import { BUS_ID, driversAreLoaded, modemAppears, modemIsThere } from '../guest/modem-on-the-bus.ts';
import { finishesByItself, hotplugStarts, installsOnOpenwrt } from '../guest/openwrt.ts';
import type { ModemEvent, Scenario } from '../scenario.ts';

/** Of the programs the longer ones: they are still at it when the power is gone. */
const LONG_PROGRAM_BYTES = 60_000;
type Told = ModemEvent & {
  readonly phase?: string;
  readonly startSector?: number;
  readonly lengthBytes?: number;
};
const isLongProgram = ({ phase, lengthBytes = 0 }: Told) =>
  phase === 'started' && lengthBytes > LONG_PROGRAM_BYTES;

export const scenario: Scenario = {
  title:
    'the router alone loses power in the raw bytes of a program; hotplug sees the modem and starts the hook, which finishes it',
  modem: ['--reboot-ms', '500'],
  needs: 'repository',
  inGuest: async (guest) => {
    await installsOnOpenwrt(guest);
    await modemAppears(guest);
    await guest.cistern(['update', '--json']);
  },
  powerCut: {
    at: isLongProgram,
    // Init has started its scripts when there was no modem yet; what is left is the kernel's word that one came.
    thenInGuest: async (guest) => {
      await guest.fromRepository();
      await driversAreLoaded(guest);
      await hotplugStarts(guest);
      guest.plugIn(BUS_ID);
      await finishesByItself(guest);
      await modemIsThere(guest);
    },
  },
  afterwards: (states, setting, events) => {
    wasCutInAProgram(events);
    bootedNewVersion(states, setting);
  },
};

/**
 * The modem kept its power: its programmer got the rest of that program. It was not loaded by who found it, so the modem
 * was restarted for one that was, and got all programs from the first on.
 */
function wasCutInAProgram(events: readonly ModemEvent[]): void {
  const told = events as readonly (Told & { readonly state?: string })[];
  const cutAt = told.findIndex(isLongProgram);
  const since = told.slice(cutAt);
  const [cut, ended, again] = since.filter(({ event }) => event === 'program');
  const between = since.slice(since.indexOf(ended as Told), since.indexOf(again as Told));
  assert.ok(
    between.some(({ state }) => state === 'rebooting'),
    'it was restarted for a programmer of the next run',
  );
  assert.deepEqual([ended?.phase, ended?.startSector], ['ended', cut?.startSector]);
  const first = told.find(({ event }) => event === 'program');
  assert.deepEqual([again?.phase, again?.startSector], ['started', first?.startSector]);
}

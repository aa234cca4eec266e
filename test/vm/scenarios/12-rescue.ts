import assert from 'node:assert/strict';
import { bootedNewVersion } from '../guest/expect-updated.ts';
import { deviceWith } from '../guest/guest.ts';
import { BUS_ID, EDL_ID, lastJsonLine, modemAppears } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  title: 'an updater is killed while it programs over usb, and cistern rescue finishes the modem',
  modem: ['--reboot-ms', '500'],
  needs: 'repository',
  inGuest: async (guest) => {
    await modemAppears(guest);
    let pid = 0;
    await guest.update(`usb:${BUS_ID}`, {
      onStart: (running) => {
        pid = running.pid;
      },
      onLine: (line) => {
        if (line.includes('"programming"')) process.kill(pid, 'SIGKILL');
      },
    });
    await guest.await('the modem left in EDL', () => deviceWith(EDL_ID, 0));
    const rescued = await guest.cistern([
      ...[
        'rescue',
        '--modem',
        `usb:${BUS_ID}`,
        ...(await guest.fromRepository()),
        '--state',
        '/tmp/state',
        '--yes',
        '--json',
      ],
    ]);
    assert.equal(rescued.code, 0, JSON.stringify(lastJsonLine(rescued.stdout)));
  },
  afterwards: bootedNewVersion,
};

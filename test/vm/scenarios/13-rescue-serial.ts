import assert from 'node:assert/strict';
import { bootedNewVersion } from '../guest/expect-updated.ts';
import { deviceWith } from '../guest/guest.ts';
import { EDL_ID, lastJsonLine, modemAppears, modemIsThere } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  title:
    "over qcserial's tty: cistern reset leaves a half loaded programmer, and cistern rescue finishes what was killed",
  modem: ['--reboot-ms', '500'],
  needs: 'repository',
  inGuest: async (guest) => {
    const modem = await modemAppears(guest);
    const [diag, , at] = modem.interfaces.map(({ ttys }) => `/dev/${ttys[0]}`);
    const where = `serial:${diag}?at=${at}`;
    guest.tellModem('edl-mid-image');
    const inEdl = await guest.await('the modem in EDL with its tty', () => deviceWith(EDL_ID, 1));
    assert.equal(`/dev/${inEdl.interfaces[0]?.ttys[0]}`, diag, 'the first free tty number');
    const reset = await guest.cistern(['reset', '--modem', where, '--yes', '--json']);
    assert.equal(reset.code, 0, JSON.stringify(lastJsonLine(reset.stdout)));
    await modemIsThere(guest);

    let pid = 0;
    const killed = await guest.update(where, {
      onStart: (running) => {
        pid = running.pid;
      },
      onLine: (line) => {
        if (line.includes('"programming"')) process.kill(pid, 'SIGKILL');
      },
    });
    assert.equal(killed.code, null, 'killed while it programmed');
    const left = await guest.await('the modem left in EDL', () => deviceWith(EDL_ID, 1));
    assert.deepEqual(
      left.interfaces.map(({ driver }) => driver),
      ['qcserial'],
      'the tty was used, and not usbfs',
    );
    const rescued = await guest.cistern([
      ...[
        'rescue',
        '--modem',
        where,
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

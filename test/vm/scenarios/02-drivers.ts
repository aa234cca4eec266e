import assert from 'node:assert/strict';
import { BUS_ID, modemAppears, modemEntersEdl } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  title: 'option and qmi_wwan bind the modem, and qcserial binds it after the DIAG command to enter EDL',
  modem: ['--reboot-ms', '500'],
  inGuest: async (guest) => {
    const modem = await modemAppears(guest);
    assert.equal(modem.path, BUS_ID);
    assert.deepEqual(
      modem.interfaces.map(({ number, driver, ttys }) => ({ number, driver, ttys: ttys.length })),
      [
        ...[0, 1, 2, 3].map((number) => ({ number, driver: 'option', ttys: 1 })),
        { number: 4, driver: 'qmi_wwan', ttys: 0 },
      ],
    );
    await guest.must('ls', ['-d', '/dev/cdc-wdm0', '/sys/class/net/wwan0']);

    const inEdl = await modemEntersEdl(guest, modem);
    assert.equal(inEdl.path, BUS_ID);
    assert.deepEqual(
      inEdl.interfaces.map(({ driver }) => driver),
      ['qcserial'],
    );
  },
  afterwards: (states) => assert.equal(states.at(-1)?.state, 'edl-sahara'),
};

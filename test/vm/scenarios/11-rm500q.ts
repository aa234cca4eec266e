import assert from 'node:assert/strict';
import { modemAppears, modemEntersEdl } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

const USB_ID = '2c7c:0800';

export const scenario: Scenario = {
  title:
    'an RM500Q is bound at SuperSpeed, and moves to the high-speed bus of its port in EDL, as real ones do',
  modem: ['--version', 'RM500QGLAAR11A03M4G_01.001.01.001', '--reboot-ms', '500'],
  inGuest: async (guest) => {
    const modem = await modemAppears(guest, { usbId: USB_ID });
    assert.equal(modem.speedMbps, 5_000);
    assert.deepEqual(
      modem.interfaces.map(({ driver }) => driver),
      ['option', 'option', 'option', 'option', 'qmi_wwan'],
    );
    const inEdl = await modemEntersEdl(guest, modem);
    assert.equal(inEdl.speedMbps, 480);
    assert.notEqual(inEdl.path.split('-')[0], modem.path.split('-')[0], 'another bus');
  },
  afterwards: (states) => assert.equal(states.at(-1)?.state, 'edl-sahara'),
};

/** `cistern modem-updater`, as the state of the modem on the bus decides what it comes to. */
import { afterEach, describe, expect, it } from 'vitest';
import { ec25, inEdl, testSysfs } from '../../device/transport/bus/test-sysfs.ts';
import { systemPorts } from '../../device/transport/local-ports.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import { aCommandScene } from '../support/a-command.ts';
import { inProcessDoor } from '../support/in-process-door.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('modem-updater -f', () => {
  it.each([
    ['in emergency download mode', [inEdl('1-1.4'), ec25('1-1.3')], 'rescue'],
    ['in normal mode, beside one that is not,', [ec25('1-1.4'), inEdl('1-1.3')], 'flash'],
  ])('of a modem %s comes to the command for it', async (_, devices, command) => {
    const sysfs = await testSysfs({ devices });
    const modem = new SimulatedModem({ firmware: DEMO_OLD_VERSION, startIn: 'edl' });
    const scene = await aCommandScene({
      door: inProcessDoor(modem),
      context: { localPorts: { ...systemPorts, sysfs: sysfs.root } },
    });
    ends.push(sysfs.remove, () => modem.close(), scene.end);
    const { code, stderr } = await scene.cistern(
      'modem-updater',
      '-f',
      '-i',
      '1-1.4',
      '-p',
      '/nowhere/package',
      '-d',
      'Quectel',
    );
    expect(stderr).toContain(`cistern ${command} /nowhere/package --modem usb:1-1.4 --yes\n`);
    // Carried out: it is the package that is not there.
    expect({ code, stderr }).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('nothing at /nowhere'),
    });
    expect(modem.state()).toMatch(/^edl/);
  });
});

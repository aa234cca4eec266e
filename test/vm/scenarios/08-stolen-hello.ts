import assert from 'node:assert/strict';
import { type FileHandle, open } from 'node:fs/promises';
import { bootedNewVersion, expectUpdated } from '../guest/expect-updated.ts';
import { deviceWith, type Guest, type RunningProgram, usbDevices } from '../guest/guest.ts';
import { BUS_ID, EDL_ID, modemAppears, NORMAL_ID } from '../guest/modem-on-the-bus.ts';
import type { Scenario } from '../scenario.ts';

/** How a Sahara HELLO begins: command 1, 48 bytes (edl 1b). */
const HELLO = Buffer.from('0100000030000000', 'hex');

export const scenario: Scenario = {
  title:
    "a program that opens every new tty takes Sahara's HELLO first, and the update finishes all the same",
  modem: ['--reboot-ms', '500'],
  needs: 'repository',
  inGuest: async (guest) => {
    await modemAppears(guest);
    let updater: RunningProgram | undefined;
    const updating = guest.update(`usb:${BUS_ID}`, {
      onStart: (running) => {
        updater = running;
      },
    });
    const [finished, stolen] = await Promise.all([updating, stealHello(guest, () => updater)]);
    assert.deepEqual(stolen.subarray(0, HELLO.length), HELLO, 'the reader was first, and read the HELLO');
    expectUpdated(guest, finished);
  },
  afterwards: bootedNewVersion,
};

/**
 * Who is first is the scheduler's choice, and here it chooses the other program: the updater stands still while the
 * modem is between its modes. The tty is left as the kernel makes it: it takes the HELLO apart as lines, and echoes it
 * into the modem.
 */
async function stealHello(guest: Guest, updater: () => RunningProgram | undefined): Promise<Buffer> {
  await guest.await('the modem on its way to EDL', async () =>
    (await usbDevices()).some(({ usbId }) => usbId === NORMAL_ID) ? null : true,
  );
  updater()?.signal('SIGSTOP');
  const tty = await guest.await(
    'the tty of a modem in EDL',
    async () => (await deviceWith(EDL_ID, 1))?.interfaces[0]?.ttys[0] ?? null,
  );
  const file: FileHandle = await open(`/dev/${tty}`, 'r+');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, null);
    guest.say(`the other program read ${bytesRead} bytes from ${tty}`);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
    updater()?.signal('SIGCONT');
  }
}

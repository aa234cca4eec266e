import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { bootedNewVersion } from '../guest/expect-updated.ts';
import { fwupdArchive } from '../guest/fwupd-archive.ts';
import { modemAppears, modemEntersEdl, modemIsThere } from '../guest/modem-on-the-bus.ts';
import { FWUPD_TREE } from '../paths.ts';
import type { Scenario } from '../scenario.ts';

const ARCHIVE = '/tmp/firmware.zip';
/** What fwupd derives from USB\VID_05C6&PID_9008. */
const EDL_GUID = '9d5ddb63-31c7-55cc-a11e-67b5fd871113';
/** qc_firehose alone does not ask for USB devices: any other plugin that does must stand beside it. */
const PLUGINS = ['--plugins', 'qc_firehose', '--plugins', 'algoltek_usb'];
/**
 * fwupd 2.0.20 asks netlink for an address that Debian 12's libusb has taken in the same process, and then finds no
 * device at all; later ones ask first. Here libusb is made to believe that it has one. The tracer stands aside (-D), so
 * that the process that was started is fwupd's.
 */
const PAST_LIBUSB = [
  '-D',
  '-f',
  '--seccomp-bpf',
  '-o',
  '/dev/null',
  '-e',
  'trace=bind',
  '-e',
  'inject=bind:retval=0:when=1',
];

export const scenario: Scenario = {
  title:
    "fwupd's qc-firehose plugin, which knows nothing of us, loads the programmer, flashes, and the modem boots the new version",
  modem: ['--reboot-ms', '500'],
  needs: 'package',
  inGuest: async (guest) => {
    const { packageDirectory } = guest.setting;
    assert.ok(packageDirectory);
    for (const directory of ['usr', 'etc'])
      await guest.must('cp', ['-a', `${FWUPD_TREE}/${directory}/.`, `/${directory}/`]);
    await writeFile(ARCHIVE, await fwupdArchive(packageDirectory));
    const modem = await modemAppears(guest);
    await modemEntersEdl(guest, modem);

    let pid = 0;
    const flashing = guest.run(
      'strace',
      [...PAST_LIBUSB, 'fwupdtool', 'install-blob', ARCHIVE, EDL_GUID, ...PLUGINS],
      {
        onStart: (running) => {
          pid = running.pid;
        },
      },
    );
    await Promise.race([modemIsThere(guest), flashing]);
    // It would wait 90 s for a device with the same ids as in EDL, and say that it did not come back.
    process.kill(pid, 'SIGKILL');
    const { stderr } = await flashing;
    assert.match(stderr, /Restarting device/, 'it went on after its last program');
    await modemIsThere(guest);
  },
  afterwards: bootedNewVersion,
};

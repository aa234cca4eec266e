import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { bootedNewVersion } from '../guest/expect-updated.ts';
import { modemAppears, modemEntersEdl, modemIsThere } from '../guest/modem-on-the-bus.ts';
import { qdlXml } from '../guest/qdl-xml.ts';
import type { Scenario } from '../scenario.ts';

const PROGRAMMER = 'update/firehose/prog_nand_firehose_9x07.mbn';
const RAWPROGRAM = '/tmp/rawprogram.xml';

export const scenario: Scenario = {
  title:
    "Debian's qdl, which knows nothing of us, loads the programmer, flashes, and the modem boots the new version",
  modem: ['--reboot-ms', '500'],
  needs: 'package',
  inGuest: async (guest) => {
    const modem = await modemAppears(guest);
    await modemEntersEdl(guest, modem);
    await writeFile(RAWPROGRAM, qdlXml());
    const said = await guest.must('sh', [
      '-c',
      `cd '${guest.setting.packageDirectory}' && qdl --storage nand ${PROGRAMMER} ${RAWPROGRAM} 2>&1`,
    ]);
    assert.match(said, /flashed "SBL" successfully/);

    const back = await modemIsThere(guest);
    const at = `/dev/${back.interfaces[2]?.ttys[0]}`;
    const answer = await guest.must('sh', [
      '-c',
      `exec 3<>${at} && stty raw -echo <&3 && for i in 1 2 3 4 5 6 7 8; do printf 'AT+QGMR\\r' >&3; timeout 2 head -n 4 <&3; done`,
    ]);
    assert.ok(answer.includes(guest.setting.newVersion), 'what AT+QGMR answers');
  },
  afterwards: bootedNewVersion,
};

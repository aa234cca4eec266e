/**
 * Flashing one package into one modem over one link: ours, Debian's qdl, and what the link carries by itself at the
 * same transfer size. Time on the clock is the modem's: from "raw bytes may come" to "the last one was taken".
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { bootedNewVersion, expectUpdated } from '../guest/expect-updated.ts';
import type { Guest } from '../guest/guest.ts';
import { BUS_ID, modemAppears, modemEntersEdl, modemIsThere } from '../guest/modem-on-the-bus.ts';
import { processorTimeMs } from '../guest/processor-time.ts';
import { qdlXml } from '../guest/qdl-xml.ts';
import { measureRawBulk } from '../guest/raw-bulk.ts';
import { tableOf } from '../report-bench.ts';
import type { Scenario } from '../scenario.ts';

const PROGRAMMER = 'update/firehose/prog_nand_firehose_9x07.mbn';
const RAWPROGRAM = '/tmp/rawprogram.xml';
/** What the 9x07 programmer takes at once (edl 1c). */
const TRANSFER_BYTES = 8192;
const RAW_BYTES = 6_000_000;
const PACKAGE_BYTES = 6_000_000;
const SAMPLE_INTERVAL_MS = 20;

export const scenario: Scenario = {
  title: 'flashing beside qdl and beside the raw link',
  modem: ['--reboot-ms', '500'],
  needs: 'repository',
  packageBytes: PACKAGE_BYTES,
  inGuest: async (guest) => {
    await modemAppears(guest);
    await raw(guest);
    await ours(guest);
    await modemIsThere(guest);
    await raw(guest);
    await qdl(guest);
    await modemIsThere(guest);
    await raw(guest);
  },
  afterwards: bootedNewVersion,
  report: tableOf,
};

async function raw(guest: Guest): Promise<void> {
  guest.report({
    event: 'raw',
    ...(await measureRawBulk({ transferBytes: TRANSFER_BYTES, totalBytes: RAW_BYTES })),
  });
  await modemIsThere(guest);
}

/** Processor time at every step, so that fetching, verifying and reading back can be told from programming. */
async function ours(guest: Guest): Promise<void> {
  guest.report({ event: 'begin', who: 'ours' });
  let pid = 0;
  const finished = await guest.update(`usb:${BUS_ID}`, {
    onStart: (running) => {
      pid = running.pid;
    },
    onLine: (line) => {
      const step = /^\{"event":"step","step":"([\w-]+)"/.exec(line)?.[1];
      if (step !== undefined) guest.report({ event: 'step', step, cpuMs: processorTimeMs(pid) });
    },
  });
  expectUpdated(guest, finished);
}

/** All of its processor time: it waits, loads, erases and programs, and does nothing else. */
async function qdl(guest: Guest): Promise<void> {
  await modemEntersEdl(guest, await modemIsThere(guest));
  await writeFile(RAWPROGRAM, qdlXml());
  guest.report({ event: 'begin', who: 'qdl' });
  let cpuMs = 0;
  let watch: NodeJS.Timeout | undefined;
  process.chdir(guest.setting.packageDirectory ?? '');
  const finished = await guest.run('qdl', ['--storage', 'nand', PROGRAMMER, RAWPROGRAM], {
    onStart: ({ pid }) => {
      watch = setInterval(() => {
        cpuMs = processorTimeMs(pid) ?? cpuMs;
      }, SAMPLE_INTERVAL_MS);
    },
  });
  clearInterval(watch);
  assert.equal(finished.code, 0);
  guest.report({ event: 'end', who: 'qdl', cpuMs });
}

/**
 * eMMC from a package on a disk to a modem that boots it: the gates, the order, the proof, and power cuts all the way.
 * The catalogue entry is the test's own; no module with eMMC is catalogued.
 */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EMMC_NEW_VERSION, emmcEntry, writeEmmcPackage } from './firmware/emmc-package.ts';
import { buildGpt } from './modem/gpt.ts';
import { emmcBench } from './support/benched-modules.ts';
import { cutRun, sideBySide, spreadOver, transfersOfAnUpdate } from './support/cut-run.ts';
import { flashFingerprint } from './support/flash-fingerprint.ts';
import { must } from './support/local-release.ts';
import type { ModuleBench } from './support/module-bench.ts';

const CUTS = 16;

let bench: ModuleBench;
beforeAll(async () => {
  bench = await emmcBench();
});
afterEach(() => bench.closeModems());
afterAll(() => bench.end());

describe('a modem with eMMC', () => {
  it('is flashed: cleared, written, patched, proved, the boot partition last, told where to boot from', async () => {
    const modem = bench.aModem();
    const calibration = modem.calibrationDigest();
    const beside = await bench.beside(modem);
    const local = must(await bench.open());
    expect(await bench.flash(local, beside)).toBe('updated');
    await local.close();
    expect(modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: EMMC_NEW_VERSION });
    expect(modem.calibrationDigest()).toBe(calibration);

    const boot = 'program 64';
    const { sent } = beside;
    expect(sent.find((command) => command.startsWith('program'))).toBe(boot);
    expect(sent.findLast((command) => command.startsWith('program'))).toBe(boot);
    expect(sent.filter((command) => command === boot)).toHaveLength(2);
    const lastPatch = sent.lastIndexOf('patch 1');
    expect(sent.filter((command) => command === 'patch 1')).toHaveLength(5);
    expect(lastPatch).toBeGreaterThan(sent.indexOf('program 0'));
    expect(lastPatch).toBeLessThan(sent.lastIndexOf(boot));
    expect(sent.slice(-2)).toEqual(['setbootablestoragedrive', 'power']);
    expect(sent.filter((command) => command.startsWith('erase'))).toEqual([]);
  });

  it(`ends with new firmware or old firmware untouched, whichever of ${CUTS} transfers power is cut at`, {
    timeout: 120_000,
  }, async () => {
    const subject = bench.cutSubject;
    const cuts = spreadOver(await transfersOfAnUpdate(subject), CUTS);
    const runs = await sideBySide(cuts, 4, (atTransfer) => cutRun(subject, atTransfer));
    expect(runs.filter(({ verdict }) => verdict === 'LOST')).toEqual([]);
    expect(new Set(runs.map(({ verdict }) => verdict))).toEqual(new Set(['confirmed', 'untouched']));
  });

  it('is finished when the cable is pulled, with the programmer still waiting for bytes', async () => {
    const subject = bench.cutSubject;
    const total = await transfersOfAnUpdate(subject);
    const pulls = [0.6, 0.75, 0.9].map((share) => Math.floor(total * share));
    const runs = await sideBySide(pulls, 4, (atTransfer) => cutRun(subject, atTransfer, 'disconnect'));
    expect(runs.map(({ verdict }) => verdict)).toEqual(pulls.map(() => 'confirmed'));
  });

  it('is not flashed when its own table has calibration elsewhere than the catalogue', async () => {
    const modem = bench.aModem();
    const moved = modem.partitions.map((partition) =>
      partition.name === 'modemst1' ? { ...partition, startSector: partition.startSector + 64 } : partition,
    );
    const table = buildGpt(moved, { totalSectors: modem.nand.pageCount, as: 'whole' });
    for (let sector = 0; sector * 512 < table.length; sector++)
      modem.nand.program(sector, table.subarray(sector * 512, (sector + 1) * 512));
    const before = flashFingerprint(modem);
    const local = must(await bench.open());
    expect(await bench.flash(local, await bench.beside(modem))).toBe('unchanged: modem-partitions-differ');
    await local.close();
    expect(modem.state()).toBe('normal');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it.each([
    ['its disk is of another size', { storage: 'larger' }, 'unchanged: wrong-geometry'],
    ['its chip is another', { edlHardware: { msmIds: ['000480e1'] } }, 'unchanged: wrong-hardware'],
  ] as const)('is not flashed when %s', async (_, change, end) => {
    const modem = bench.aModem();
    const before = flashFingerprint(modem);
    const { storage } = emmcEntry();
    if (storage.type !== 'emmc') throw new Error('not a disk');
    const larger = { ...storage, totalSectors: storage.totalSectors * 2 };
    const entry =
      'storage' in change
        ? emmcEntry({ storage: larger })
        : emmcEntry({ edlHardware: { msmIds: ['000480e1'] } });
    const local = must(await bench.open(bench.packageDirectory, entry));
    expect(await bench.flash(local, await bench.beside(modem))).toBe(end);
    await local.close();
    expect(modem.state()).toBe('normal');
    expect(flashFingerprint(modem)).toBe(before);
  });

  it('is not made bootable by a table whose checksums do not hold', async () => {
    const path = join(await mkdtemp(join(bench.directory, 'unpatched-')), EMMC_NEW_VERSION);
    await writeEmmcPackage(path, { editPatches: (xml) => xml.replace('CRC32(1,92)', '7') });
    const modem = bench.aModem();
    const local = must(await bench.open(path));
    expect(await bench.flash(local, await bench.beside(modem))).toBe(
      'unfinished: partition-table-not-intact',
    );
    await local.close();
    expect(modem.state()).toMatch(/^edl/);
  });
});

/** A package for eMMC: the vendor's rawprogram and patches, the plan that is made of them, and what is refused. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { planDocument } from '../device/report/plan-document.ts';
import { planLines } from '../device/report/plan-lines.ts';
import { modelEntry } from '../shared/test-documents.ts';
import {
  EMMC_NEW_VERSION,
  EMMC_OLD_VERSION,
  EMMC_PATCH,
  EMMC_RAWPROGRAM,
  emmcEntry,
  writeEmmcPackage,
} from './firmware/emmc-package.ts';
import { rg650v } from './modem/models.ts';
import { emmcBench } from './support/benched-modules.ts';
import { must } from './support/local-release.ts';
import type { ModuleBench } from './support/module-bench.ts';

let bench: ModuleBench;
beforeAll(async () => {
  bench = await emmcBench();
});
afterEach(() => bench.closeModems());
afterAll(() => bench.end());

describe('a package for eMMC', () => {
  const without = (pattern: RegExp) => (xml: string) => xml.replace(pattern, '');
  const set = (label: string, attribute: string, value: string) => (xml: string) =>
    xml.replace(new RegExp(`<program [^>]*label="${label}"[^>]*>`), (element) =>
      element.replace(new RegExp(`${attribute}="[^"]*"`), `${attribute}="${value}"`),
    );
  const moved = (label: string, startSector: number) => (xml: string) =>
    set(
      label,
      'start_byte_hex',
      `0x${(startSector * 512).toString(16)}`,
    )(set(label, 'start_sector', String(startSector))(xml));

  it.each([
    [
      'writes a file into modemst1',
      { edit: set('modemst1', 'filename', '..\\\\tz.mbn') },
      'touches-protected-range',
    ],
    ['writes what is labelled fsg', { edit: set('modem', 'label', 'fsg') }, 'touches-calibration'],
    [
      'reaches into its neighbour',
      { edit: set('TZ', 'num_partition_sectors', '9000') },
      'touches-protected-range',
    ],
    ['has modemst2 elsewhere', { edit: moved('modemst2', 21_000) }, 'label-contradicts-model'],
    ['says two places', { edit: set('modem', 'start_sector', '60000') }, 'rawprogram-malformed'],
    ['overlaps itself', { edit: moved('modem', 60_000) }, 'overlap'],
    ['ends behind the disk', { edit: set('system', 'num_partition_sectors', '600000') }, 'beyond-storage'],
    [
      'is for sectors of 4096 bytes',
      {
        edit: (xml: string) =>
          xml.replaceAll('IN_BYTES="512"', 'IN_BYTES="4096"').replaceAll(/ start_byte_hex="[^"]*"/g, ''),
      },
      'geometry-contradicts-model',
    ],
    [
      'is for NAND',
      { edit: (xml: string) => xml.replaceAll('<program ', '<program PAGES_PER_BLOCK="64" ') },
      'geometry-contradicts-model',
    ],
    ['writes a boot area', { edit: set('TZ', 'physical_partition_number', '1') }, 'wrong-physical-partition'],
    ['brings no boot partition', { edit: set('SBL', 'filename', '') }, 'boot-partition-missing'],
    ['is sparse', { edit: set('system', 'sparse', 'true') }, 'rawprogram-malformed'],
    [
      'begins a file in its middle',
      { edit: set('system', 'file_sector_offset', '8') },
      'rawprogram-malformed',
    ],
    [
      'counts from the end of the disk and misses it',
      { edit: set('system', 'start_sector', 'NUM_DISK_SECTORS-999999.') },
      'rawprogram-attribute-not-a-number',
    ],
    [
      'patches what it does not write',
      { edit: without(/ <program [^>]*PrimaryGPT[^>]*>\n/) },
      'patch-outside-programs',
    ],
    [
      'patches the boot partition',
      { editPatches: (xml: string) => xml.replace('start_sector="1"', 'start_sector="64"') },
      'patch-outside-programs',
    ],
    [
      'patches by a sum nobody knows',
      { editPatches: (xml: string) => xml.replace('CRC32(2,16384)', 'CRC32(2,16384)+1') },
      'patch-file-invalid',
    ],
    [
      'patches another geometry',
      { editPatches: (xml: string) => xml.replaceAll('IN_BYTES="512"', 'IN_BYTES="4096"') },
      'patch-of-another-geometry',
    ],
    [
      'has hostile patches',
      { editPatches: () => '<!DOCTYPE x [<!ENTITY y "z">]><patches/>' },
      'patch-file-invalid',
    ],
  ])('is refused where it %s, by name, file and line', async (_, options, reason) => {
    const path = join(await mkdtemp(join(bench.directory, 'spoilt-')), EMMC_NEW_VERSION);
    await writeEmmcPackage(path, options);
    const refused = await bench.open(path);
    if (refused.ok || refused.failure.reason !== 'local-package-refused') throw new Error('not refused');
    const { findings } = refused.failure;
    expect(findings.map((finding) => finding.reason)).toContain(reason);
    const found = findings.find((finding) => finding.reason === reason);
    expect([EMMC_RAWPROGRAM, EMMC_PATCH]).toContain(found?.file);
    expect(found?.line).toBeGreaterThan(0);
    expect(found?.sentence).toMatch(/\.$/);
  });

  it('is refused for a model with NAND, in words that say so', async () => {
    const { storage, flashMethod, protectedRanges } = modelEntry();
    const refused = await bench.open(
      bench.packageDirectory,
      emmcEntry({ storage, flashMethod, protectedRanges }),
    );
    const findings = refused.ok || !('findings' in refused.failure) ? [] : refused.failure.findings;
    expect(findings.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([
        'name-contradicts-geometry',
        'rawprogram-attribute-missing',
        'patch-for-the-device',
      ]),
    );
    expect(findings.map(({ sentence }) => sentence).join()).toContain('A programmer for EMMC');
  });

  it('is judged again as it lies in the stage, before the modem leaves normal mode', async () => {
    const modem = bench.aModem();
    const states: string[] = [];
    modem.onStateChange((state) => states.push(state));
    const local = must(await bench.open());
    const entry = emmcEntry();
    const protectedRanges = [
      ...entry.protectedRanges,
      ...modem.partitions.filter(({ name }) => name === 'system'),
    ].map(({ name, startSector, sectorCount }) => ({ name, startSector, sectorCount }));
    const stricter = { ...local, entry: { ...entry, protectedRanges } };
    expect(await bench.flash(stricter, await bench.beside(modem))).toBe('unchanged: plan-refused');
    await local.close();
    expect(states).toEqual([]);
  });

  it('is refused where its own table moves calibration', async () => {
    const path = join(await mkdtemp(join(bench.directory, 'moved-')), EMMC_NEW_VERSION);
    const table = rg650v
      .partitions(rg650v.geometry)
      .map((partition) => (partition.name === 'fsg' ? { ...partition, startSector: 31_000 } : partition));
    await writeEmmcPackage(path, { table });
    expect(await bench.open(path)).toMatchObject({
      failure: { findings: [{ reason: 'partition-table-contradicts-model' }] },
    });
  });

  it('shows its plan in the order in which it is carried out', async () => {
    const local = must(await bench.open());
    const lines = planLines(
      planDocument(local.plan, local.partitions, {
        model: local.entry.model,
        fromVersion: EMMC_OLD_VERSION,
        toVersion: EMMC_NEW_VERSION,
        programmer: local.flash.programmer,
        vouchedBy: 'md5-list',
      }),
    );
    await local.close();
    const shown = lines.map((line) => line.trim().replace(/ +/g, ' '));
    expect(shown).toContain('flash emmc, 512 B a sector, 524288 sectors, boots from 64');
    const order = shown.flatMap(
      (line) => /^(clear|program|patch) (\S+)/.exec(line)?.slice(1, 3).join(' ') ?? [],
    );
    expect(order).toEqual([
      'clear SBL',
      'program -',
      'program TZ',
      'program boot',
      'program modem',
      'program system',
      'patch sector',
      'patch sector',
      'patch sector',
      'patch sector',
      'patch sector',
      'program SBL',
    ]);
    expect(shown.at(-1)).toMatch(/^untouched modemst1 12352\+8192/);
  });
});

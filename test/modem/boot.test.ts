import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boot } from './boot.ts';
import { calibrationDigest } from './calibration.ts';
import { factoryFlash, writePartition } from './factory.ts';
import { buildImage } from './image-format.ts';
import { Nand } from './nand.ts';
import { openNandDirectory } from './nand-directory.ts';
import { ec25Partitions, type Partition } from './partitions.ts';

const geometry = { pageBytes: 2048, pagesPerBlock: 64, blockCount: 2048 };
const partitions = ec25Partitions(geometry);
const chip = 'MDM9607';
const firmware = 'EC25EUGAR06A05M4G_01.003.01.003';
const imei = '861536030196001';

function factoryFresh(options: { badBlocks?: number[] } = {}): Nand {
  const nand = new Nand({ geometry, ...options });
  factoryFlash(nand, partitions, { firmware, chip, imei });
  return nand;
}

function partition(name: string): Partition {
  const found = partitions.find((p) => p.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

function erase(nand: Nand, { startSector, sectorCount }: Partition): void {
  for (let page = startSector; page < startSector + sectorCount; page += 64) nand.eraseBlock(page / 64);
}

function replace(nand: Nand, name: string, image: Uint8Array): void {
  erase(nand, partition(name));
  writePartition(nand, partition(name), image);
}

const image = (overrides: Partial<Parameters<typeof buildImage>[0]> = {}) =>
  buildImage({ partition: 'SBL', firmware, chip, payload: new Uint8Array(9000).fill(7), ...overrides });

describe('partition table', () => {
  it('is the published one on 64-page blocks', () => {
    const layout = Object.fromEntries(partitions.map((p) => [p.name, [p.startSector, p.sectorCount]]));
    expect(layout).toMatchObject({
      SBL: [0, 640],
      EFS2: [1280, 8704],
      sys_rev: [9984, 2560],
      RAWDATA: [12544, 640],
      TZ: [13184, 768],
      cust_info: [14528, 1024],
      modem: [24256, 27392],
      system: [93312, 37760],
    });
  });

  it('keeps every partition on whole blocks when blocks are larger', () => {
    const large = ec25Partitions({ pageBytes: 2048, pagesPerBlock: 128, blockCount: 1024 });
    expect(large.every((p) => p.startSector % 128 === 0 && p.sectorCount % 128 === 0)).toBe(true);
    expect(large.reduce((sum, p) => sum + p.sectorCount, 0)).toBe(131072);
  });
});

describe('boot', () => {
  it('reaches normal mode with the firmware and the IMEI the factory wrote', () => {
    const outcome = boot(factoryFresh(), partitions, chip);
    expect(outcome).toEqual({ kind: 'normal', firmware, calibration: { kind: 'intact', imei } });
  });

  it('reads around bad blocks', () => {
    expect(boot(factoryFresh({ badBlocks: [0, 10, 20, 21, 206] }), partitions, chip).kind).toBe('normal');
  });

  it.each([
    ['absent', 'image-absent', (nand: Nand) => erase(nand, partition('SBL'))],
    ['torn', 'image-incomplete', (nand: Nand) => replace(nand, 'SBL', image().subarray(0, 4096))],
    [
      'of another chip',
      'image-of-another-chip',
      (nand: Nand) => replace(nand, 'SBL', image({ chip: 'SDX55' })),
    ],
    [
      'another partition',
      'image-of-another-partition',
      (nand: Nand) => replace(nand, 'SBL', image({ partition: 'TZ' })),
    ],
    [
      'damaged by one bit',
      'image-damaged',
      (nand: Nand) => {
        const bytes = image();
        bytes[5000] = (bytes[5000] ?? 0) ^ 1;
        replace(nand, 'SBL', bytes);
      },
    ],
    [
      'damaged in its header',
      'image-damaged',
      (nand: Nand) => {
        const bytes = image();
        bytes[50] = (bytes[50] ?? 0) ^ 1;
        replace(nand, 'SBL', bytes);
      },
    ],
  ])('falls back to EDL when SBL is %s', (_how, reason, damage) => {
    const nand = factoryFresh();
    damage(nand);
    expect(boot(nand, partitions, chip)).toEqual({ kind: 'edl', because: { reason, partition: 'SBL' } });
  });

  it.each(partitions.filter((p) => p.role === 'firmware' && p.name !== 'SBL'))(
    'is stuck on no bus when SBL is good and $name is erased',
    (lost) => {
      const nand = factoryFresh();
      erase(nand, lost);
      expect(boot(nand, partitions, chip)).toEqual({
        kind: 'stuck',
        because: { reason: 'image-absent', partition: lost.name },
      });
    },
  );

  it('is stuck when partitions carry different firmware versions', () => {
    const nand = factoryFresh();
    replace(nand, 'SBL', image({ firmware: 'EC25EUGAR08A03M4G_01.200.01.200' }));
    expect(boot(nand, partitions, chip)).toMatchObject({ because: { reason: 'firmware-versions-differ' } });
  });

  it.each(['EFS2', 'sys_rev', 'RAWDATA', 'cust_info'])(
    'knows that the calibration is gone with %s',
    (name) => {
      const nand = factoryFresh();
      const before = calibrationDigest(nand, partitions);
      erase(nand, partition(name));
      expect(boot(nand, partitions, chip)).toMatchObject({
        kind: 'normal',
        calibration: { kind: 'damaged', because: { partition: name } },
      });
      expect(calibrationDigest(nand, partitions)).not.toBe(before);
    },
  );
});

describe('flash directory', () => {
  it('keeps pages, erases and write counts over a restart', () => {
    const directory = mkdtempSync(join(tmpdir(), 'modem-flash-'));
    try {
      const first = openNandDirectory(directory, { geometry, badBlocks: [3] });
      expect(first.isBlank).toBe(true);
      factoryFlash(first.nand, partitions, { firmware, chip, imei });
      erase(first.nand, partition('TZ'));
      first.close();
      const second = openNandDirectory(directory, { geometry, badBlocks: [3] });
      expect(second.isBlank).toBe(false);
      expect(boot(second.nand, partitions, chip)).toMatchObject({
        kind: 'stuck',
        because: { partition: 'TZ' },
      });
      expect(second.nand.writeCount(0)).toBe(1);
      expect(second.nand.program(0, new Uint8Array(2048)).ok).toBe(false);
      second.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

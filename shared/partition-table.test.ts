import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMovedRange, type NamedRange, parsePartitionTable, partitionAt } from './partition-table.ts';

const storage = { pagesPerBlock: 64, totalPages: 131_072 } as const;
const MAGIC = [0xaa, 0x73, 0xee, 0x55, 0xdb, 0xbd, 0x5e, 0xe3];

type Entry = readonly [name: string, startBlock: number, blocks: number];

function table(entries: readonly Entry[], { before = 2048, count = entries.length } = {}): Uint8Array {
  const bytes = new Uint8Array(before + 16 + entries.length * 28);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, before);
  view.setUint32(before + 8, 4, true);
  view.setUint32(before + 12, count, true);
  entries.forEach(([name, startBlock, blocks], i) => {
    const at = before + 16 + 28 * i;
    bytes.set(new TextEncoder().encode(name), at);
    view.setUint32(at + 16, startBlock, true);
    view.setUint32(at + 20, blocks, true);
  });
  return bytes;
}

const SOUND: readonly Entry[] = [
  ['0:SBL', 0, 10],
  ['0:MIBIB', 10, 10],
  ['0:EFS2', 20, 136],
];

describe('a partition table', () => {
  it('is read in pages, wherever it stands', () => {
    const ranges: readonly NamedRange[] = [
      { name: 'SBL', startSector: 0, sectorCount: 640 },
      { name: 'MIBIB', startSector: 640, sectorCount: 640 },
      { name: 'EFS2', startSector: 1280, sectorCount: 8704 },
    ];
    expect(parsePartitionTable(table(SOUND), storage)).toEqual(ranges);
    expect(parsePartitionTable(table(SOUND, { before: 2240 }), storage)).toEqual(ranges);
  });

  it('may give the last partition what is left', () => {
    const ranges = parsePartitionTable(table([['0:system', 1458, 0xffffffff]]), storage);
    expect(ranges).toEqual([{ name: 'system', startSector: 93_312, sectorCount: 37_760 }]);
  });

  it.each([
    ['no magic', new Uint8Array(4096)],
    ['nothing at all', new Uint8Array()],
    ['more partitions than there are bytes', table(SOUND, { count: 4 })],
    ['no partitions', table([])],
    ['endless partitions', table(SOUND, { count: 65 })],
    ['a partition beyond the chip', table([['0:SBL', 2047, 2]])],
    ['a name that is none', table([['SBL', 0, 10]])],
  ])('is none with %s', (_, bytes) => {
    expect(parsePartitionTable(bytes, storage)).toBeNull();
  });

  it('is read without throwing, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        parsePartitionTable(Uint8Array.of(...MAGIC, ...tail), storage);
      }),
    );
  });

  it('names the partition that a page lies in', () => {
    const ranges = parsePartitionTable(table(SOUND), storage);
    expect([0, 639, 640, 9983, 9984].map((page) => partitionAt(ranges, page))).toEqual([
      'SBL',
      'SBL',
      'MIBIB',
      'EFS2',
      null,
    ]);
    expect(partitionAt(null, 0)).toBeNull();
  });

  it('bears witness against a package whose calibration lies elsewhere', () => {
    const ranges = parsePartitionTable(table(SOUND), storage) ?? [];
    const efs2 = { name: 'EFS2', startSector: 1280, sectorCount: 8704 };
    expect(findMovedRange(ranges, [efs2, { name: 'RAWDATA', startSector: 0, sectorCount: 1 }])).toBeNull();
    const moved = { ...efs2, startSector: 896, sectorCount: 5632 };
    expect(findMovedRange(ranges, [moved])).toMatchObject({ wanted: moved, found: { startSector: 1280 } });
  });
});

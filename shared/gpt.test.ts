import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { parseGpt } from './gpt.ts';

const SECTOR = 512;

type Row = { readonly name: string; readonly first: number; readonly last: number };

/** A whole table, as UEFI 2.10 section 5.3 lays it out. */
function table(rows: readonly Row[], change: (header: DataView) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(34 * SECTOR);
  const entries = bytes.subarray(2 * SECTOR);
  for (const [i, { name, first, last }] of rows.entries()) {
    const entry = new DataView(entries.buffer, entries.byteOffset + i * 128, 128);
    entry.setUint32(0, 0xabcd_0000 + i, true);
    entry.setBigUint64(32, BigInt(first), true);
    entry.setBigUint64(40, BigInt(last), true);
    for (const [at, letter] of [...name].entries()) entry.setUint16(56 + 2 * at, letter.charCodeAt(0), true);
  }
  const header = bytes.subarray(SECTOR, SECTOR + 92);
  header.set(Uint8Array.from('EFI PART', (letter) => letter.charCodeAt(0)));
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  view.setUint32(12, 92, true);
  view.setBigUint64(72, 2n, true);
  view.setUint32(80, 128, true);
  view.setUint32(84, 128, true);
  view.setUint32(88, crc32(entries.subarray(0, 128 * 128)), true);
  change(view);
  view.setUint32(16, crc32(header), true);
  return bytes;
}

const ROWS = [
  { name: 'sbl1', first: 64, last: 4159 },
  { name: 'modemst1', first: 4160, last: 4160 },
];

describe('the partition table of a disk', () => {
  it('is read with names and places, and known to be whole', () => {
    expect(parseGpt(table(ROWS))).toEqual({
      partitions: [
        { name: 'sbl1', startSector: 64, sectorCount: 4096 },
        { name: 'modemst1', startSector: 4160, sectorCount: 1 },
      ],
      isIntact: true,
    });
  });

  it.each([
    ['its header', 513 + 40],
    ['an entry', 1024 + 40],
    ['the last entry', 34 * SECTOR - 1],
  ])('is read and not called whole where a bit of %s is wrong', (_, at) => {
    const bytes = table(ROWS);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(parseGpt(bytes)?.isIntact).toBe(false);
  });

  it('is read as far as it goes where its end is missing', () => {
    expect(parseGpt(table(ROWS).subarray(0, 20 * SECTOR))).toMatchObject({
      partitions: [{ name: 'sbl1' }, { name: 'modemst1' }],
      isIntact: false,
    });
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a boot record alone', new Uint8Array(SECTOR)],
    ['zeros', new Uint8Array(34 * SECTOR)],
    ['another size of header', table(ROWS, (header) => header.setUint32(12, 512, true))],
    ['another size of entries', table(ROWS, (header) => header.setUint32(84, 256, true))],
    ['no entries', table(ROWS, (header) => header.setUint32(80, 0, true))],
    ['more entries than there are', table(ROWS, (header) => header.setUint32(80, 4096, true))],
    ['entries elsewhere', table(ROWS, (header) => header.setBigUint64(72, 40n, true))],
    ['a partition that ends before it begins', table([{ name: 'x', first: 9, last: 8 }])],
    ['a name that a terminal would obey', table([{ name: '\u001b[2J', first: 9, last: 9 }])],
  ])('is none where there is %s', (_, bytes) => {
    expect(parseGpt(bytes)).toBeNull();
  });

  it('is read or not, whatever the bytes are, and never throws', () => {
    const spoilt = fc
      .tuple(fc.array(fc.tuple(fc.nat(34 * SECTOR - 1), fc.nat(255)), { maxLength: 20 }), fc.nat(34 * SECTOR))
      .map(([changes, length]) => {
        const bytes = table(ROWS);
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes.subarray(0, length);
      });
    fc.assert(
      fc.property(fc.oneof(spoilt, fc.uint8Array({ maxLength: 2048 })), (bytes) => {
        const gpt = parseGpt(bytes);
        for (const { startSector, sectorCount, name } of gpt?.partitions ?? []) {
          expect(Number.isSafeInteger(startSector + sectorCount)).toBe(true);
          expect(sectorCount).toBeGreaterThan(0);
          expect(name).toMatch(/^[ -~]*$/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('CRC-32', () => {
  it('of "123456789" is the check value that everybody prints', () => {
    expect(crc32(Uint8Array.from('123456789', (digit) => digit.charCodeAt(0)))).toBe(0xcbf43926);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeProgrammerImage, PROGRAMMER_HEAD_BYTES } from './programmer-image.ts';

const SIZE_BYTES = 4096;

type ElfChange = (view: DataView) => void;

function elf32(change: ElfChange = () => {}): Uint8Array {
  const bytes = new Uint8Array(SIZE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(18, 40, true);
  view.setUint32(28, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, 2, true);
  for (const [i, offset, size] of [
    [0, 0, 116],
    [1, 116, SIZE_BYTES - 116],
  ] as const) {
    view.setUint32(52 + 32 * i + 4, offset, true);
    view.setUint32(52 + 32 * i + 16, size, true);
  }
  change(view);
  return bytes;
}

function elf64(): Uint8Array {
  const bytes = new Uint8Array(SIZE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, 183, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setBigUint64(64 + 8, 128n, true);
  view.setBigUint64(64 + 32, BigInt(SIZE_BYTES - 128), true);
  return bytes;
}

function mbn(kind: 'short' | 'long', change: ElfChange = () => {}): Uint8Array {
  const bytes = new Uint8Array(SIZE_BYTES);
  const view = new DataView(bytes.buffer);
  const [header, at] = kind === 'long' ? [80, 28] : [40, 16];
  if (kind === 'long') {
    view.setUint32(0, 0x844bdcd1, true);
    view.setUint32(4, 0x73d71034, true);
  } else view.setUint32(4, 3, true);
  view.setUint32(at, SIZE_BYTES - header, true);
  view.setUint32(at + 4, SIZE_BYTES - header - 256 - 512, true);
  view.setUint32(at + 12, 256, true);
  view.setUint32(at + 20, 512, true);
  change(view);
  return bytes;
}

describe('a programmer', () => {
  it.each([
    ['an ELF of 32 bits', elf32()],
    ['an ELF of 64 bits', elf64()],
    ['an MBN with a header of 40 bytes', mbn('short')],
    ['an MBN with a header of 80 bytes', mbn('long')],
  ])('may be %s', (_, bytes) => {
    expect(judgeProgrammerImage(bytes.subarray(0, PROGRAMMER_HEAD_BYTES), bytes.length)).toBeNull();
  });

  it.each([
    ['nothing', new Uint8Array(), 'not-elf-or-mbn'],
    ['text', new TextEncoder().encode('<html>404 Not Found</html>'.padEnd(200)), 'not-elf-or-mbn'],
    ['zeros', new Uint8Array(SIZE_BYTES), 'not-elf-or-mbn'],
    ['a zip', new TextEncoder().encode('PK\u0003\u0004'.padEnd(200)), 'not-elf-or-mbn'],
    ['for another processor', elf32((view) => view.setUint16(18, 62, true)), 'not-for-arm'],
    ['big-endian', elf32((view) => view.setUint8(5, 2)), 'not-elf-or-mbn'],
    ['without program headers', elf32((view) => view.setUint16(44, 0, true)), 'header-contradicts-itself'],
    [
      'with endless program headers',
      elf32((view) => view.setUint16(44, 999, true)),
      'header-contradicts-itself',
    ],
    [
      'with headers of a strange size',
      elf32((view) => view.setUint16(42, 33, true)),
      'header-contradicts-itself',
    ],
    ['with its table beyond its end', elf32((view) => view.setUint32(28, 9999, true)), 'cut-off'],
    ['cut in the middle of a segment', elf32().subarray(0, SIZE_BYTES / 2), 'cut-off'],
    ['cut in the middle of the header', elf32().subarray(0, 40), 'cut-off'],
    ['an MBN cut off', mbn('short').subarray(0, 2000), 'cut-off'],
    [
      'an MBN whose sizes disagree',
      mbn('long', (view) => view.setUint32(32, 1, true)),
      'header-contradicts-itself',
    ],
  ])('is refused where it is %s', (_, bytes, defect) => {
    expect(judgeProgrammerImage(bytes.subarray(0, PROGRAMMER_HEAD_BYTES), bytes.length)).toBe(defect);
  });

  it('is judged without throwing, whatever it is', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((tail) => Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, ...tail)),
      fc.uint8Array({ maxLength: 300 }).map((tail) => Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, ...tail)),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        judgeProgrammerImage(bytes, bytes.length);
      }),
    );
  });
});

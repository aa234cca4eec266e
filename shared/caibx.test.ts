import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { type ChunkReference, chunkPath, encodeIndex, type PackageIndex, parseIndex } from './caibx.ts';
import { CHUNK_MAX_BYTES, INDEX_MAX_BYTES, PACKAGE_MAX_BYTES, PACKAGE_MAX_CHUNKS } from './limits.ts';

const HEADER_BYTES = 48;
const ENTRY_BYTES = 40;
const id = (n: number) => n.toString(16).padStart(64, '0');

function chunksOf(sizes: readonly number[]): readonly ChunkReference[] {
  let offsetBytes = 0;
  return sizes.map((sizeBytes, i) => {
    const chunk = { id: id(i), offsetBytes, sizeBytes };
    offsetBytes += sizeBytes;
    return chunk;
  });
}

function indexBytes(sizes: readonly number[], changes: Partial<PackageIndex> = {}): Uint8Array<ArrayBuffer> {
  return encodeIndex({
    minBytes: 65_536,
    averageBytes: 262_144,
    maxBytes: 1_048_576,
    chunks: chunksOf(sizes),
    ...changes,
  });
}

/** The index of two chunks with one little-endian u64 overwritten. */
function withWord(offset: number, value: bigint, bytes = indexBytes([1000, 500])): Uint8Array {
  new DataView(bytes.buffer).setBigUint64(offset, value, true);
  return bytes;
}

describe('the layout of an index', () => {
  it('is the one that casync and desync read (casync caformat.h)', () => {
    const bytes = encodeIndex({
      minBytes: 0x4000,
      averageBytes: 0x10000,
      maxBytes: 0x40000,
      chunks: [
        { id: 'a1'.repeat(32), offsetBytes: 0, sizeBytes: 0x1234 },
        { id: 'b2'.repeat(32), offsetBytes: 0x1234, sizeBytes: 0x10 },
      ],
    });
    expect(toHex(bytes)).toBe(
      [
        '3000000000000000 f99f127b9c4d8296 0000000000000000',
        '0040000000000000 0000010000000000 0000040000000000',
        'ffffffffffffffff 7d41172f119e5be7',
        `3412000000000000 ${'a1'.repeat(32)}`,
        `4412000000000000 ${'b2'.repeat(32)}`,
        '0000000000000000 0000000000000000 3000000000000000 8800000000000000 d1ec49550e054f4b',
      ]
        .join('')
        .replaceAll(' ', ''),
    );
  });

  it('names a chunk by the first four digits of its id and its id', () => {
    expect(chunkPath('ab12'.padEnd(64, '0'))).toBe(`ab12/${'ab12'.padEnd(64, '0')}.cacnk`);
  });
});

describe('reading an index', () => {
  it('gives back what was written, with the size of the package', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: CHUNK_MAX_BYTES }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sizes, (given) => {
        expect(parseIndex(indexBytes(given))).toEqual({
          ok: true,
          value: {
            minBytes: 65_536,
            averageBytes: 262_144,
            maxBytes: 1_048_576,
            chunks: chunksOf(given),
            sizeBytes: given.reduce((sum, size) => sum + size, 0),
          },
        });
      }),
    );
  });

  it('reads an index that lies inside a larger buffer', () => {
    const bytes = indexBytes([1000]);
    const buffer = new Uint8Array(bytes.length + 20);
    buffer.set(bytes, 7);
    expect(parseIndex(buffer.subarray(7, 7 + bytes.length))).toMatchObject({
      ok: true,
      value: { sizeBytes: 1000 },
    });
  });

  const first = HEADER_BYTES + 16;
  const second = first + ENTRY_BYTES;
  const tail = second + ENTRY_BYTES;
  it.each([
    ['nothing', new Uint8Array(), 'truncated'],
    ['a header alone', indexBytes([1000]).subarray(0, HEADER_BYTES), 'truncated'],
    ['half an entry', indexBytes([1000, 500]).subarray(0, -20), 'truncated'],
    ['a byte too many', new Uint8Array([...indexBytes([1000]), 0]), 'truncated'],
    [
      'as many bytes as the largest index, which is no whole number of entries',
      new Uint8Array(INDEX_MAX_BYTES),
      'truncated',
    ],
    ['more bytes than any index has', new Uint8Array(INDEX_MAX_BYTES + 1), 'too-large'],
    ['no chunk', indexBytes([]), 'no-chunks'],
    ['another header length', withWord(0, 47n), 'wrong-magic'],
    ['another magic number', withWord(8, 1n), 'wrong-magic'],
    ['another table magic', withWord(56, 1n), 'wrong-magic'],
    ['a table with a length', withWord(48, 0n), 'wrong-magic'],
    ['SHA-512/256 ids', withWord(16, 0x2000000000000000n), 'wrong-digest'],
    ['chunks of no size', withWord(24, 0n), 'wrong-chunk-sizes'],
    ['a smallest above the average', withWord(24, 262_145n), 'wrong-chunk-sizes'],
    ['an average above the largest', withWord(32, 1_048_577n), 'wrong-chunk-sizes'],
    ['a largest above what we hold', withWord(40, BigInt(CHUNK_MAX_BYTES) + 1n), 'wrong-chunk-sizes'],
    ['a largest beyond all numbers', withWord(40, 0xffffffffffffffffn), 'wrong-chunk-sizes'],
    ['a first chunk of nothing', withWord(first, 0n), 'offsets-not-rising'],
    ['an offset that falls', withWord(second, 900n), 'offsets-not-rising'],
    ['an offset that stands still', withWord(second, 1000n), 'offsets-not-rising'],
    ['a chunk above the largest', withWord(second, 1000n + 1_048_577n), 'chunk-too-large'],
    ['an offset that wraps', withWord(second, 0xffffffffffffffffn), 'chunk-too-large'],
    ['a tail with another size', withWord(tail + 24, 1n), 'wrong-tail'],
    ['a tail with another index offset', withWord(tail + 16, 1n), 'wrong-tail'],
    ['a tail with another marker', withWord(tail + 32, 1n), 'wrong-tail'],
    ['a tail that is filled', withWord(tail, 1n), 'wrong-tail'],
    ['a tail that is filled further on', withWord(tail + 8, 1n), 'wrong-tail'],
  ])('refuses %s', (_, bytes, why) => {
    expect(parseIndex(bytes)).toEqual({ ok: false, failure: { reason: 'index-invalid', why } });
  });

  it('refuses more chunks than a package may have', () => {
    const bytes = indexBytes(Array.from({ length: PACKAGE_MAX_CHUNKS + 1 }, () => 1));
    expect(parseIndex(bytes)).toMatchObject({ ok: false, failure: { why: 'too-large' } });
  });

  it('refuses a package that is larger than any', () => {
    const sizes = Array.from({ length: PACKAGE_MAX_BYTES / CHUNK_MAX_BYTES + 1 }, () => CHUNK_MAX_BYTES);
    expect(parseIndex(indexBytes(sizes.slice(1)))).toMatchObject({ ok: true });
    expect(parseIndex(indexBytes(sizes))).toMatchObject({ ok: false, failure: { why: 'package-too-large' } });
  });

  it('refuses every index that is cut short', () => {
    const whole = indexBytes([1000, 500, 70_000]);
    for (let length = 0; length < whole.length; length++) {
      expect(parseIndex(whole.subarray(0, length)).ok).toBe(false);
    }
  });

  it('refuses a changed index, or reads one that keeps every bound and means exactly those bytes', () => {
    const original = indexBytes([1000, 500, 70_000]);
    const mutation = fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const bytes = original.slice();
        for (const [at, by] of mutations) bytes[at] = (bytes[at] ?? 0) ^ by;
        const read = parseIndex(bytes);
        if (!read.ok) return;
        const { chunks, sizeBytes, maxBytes } = read.value;
        expect(sizeBytes).toBeLessThanOrEqual(PACKAGE_MAX_BYTES);
        expect(chunks.every((chunk) => chunk.sizeBytes > 0 && chunk.sizeBytes <= maxBytes)).toBe(true);
        expect(chunks.every((chunk) => fromHex(chunk.id)?.length === 32)).toBe(true);
        expect(toHex(encodeIndex(read.value))).toBe(toHex(bytes));
      }),
      { numRuns: 1000 },
    );
  });
});

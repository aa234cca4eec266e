import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../shared/bytes.ts';
import { type ChunkSizes, createChunker } from './fastcdc.ts';

const SIZES: ChunkSizes = { minBytes: 1024, averageBytes: 4096, maxBytes: 16384 };

function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed | 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

function cut(content: Uint8Array, pieceBytes = content.length || 1, sizes = SIZES): Uint8Array[] {
  const chunker = createChunker(sizes);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += pieceBytes)
    for (const chunk of chunker.push(content.subarray(at, at + pieceBytes))) chunks.push(chunk.slice());
  for (const chunk of chunker.finish()) chunks.push(chunk.slice());
  return chunks;
}

const spelled = (chunks: readonly Uint8Array[]) =>
  chunks.map((chunk) => Buffer.from(chunk).toString('base64'));

describe('FastCDC', () => {
  it('gives the same cuts for the same content however it arrives', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 120_000 }),
        fc.integer(),
        fc.integer({ min: 1, max: 50_000 }),
        (length, seed, piece) => {
          const content = noise(length, seed);
          expect(cut(content, piece).map((c) => c.length)).toEqual(cut(content).map((c) => c.length));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps every chunk within its bounds and loses no byte', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ seed: fc.integer(), length: fc.integer({ min: 1, max: 40_000 }) }),
            fc.record({ fill: fc.nat(255), length: fc.integer({ min: 1, max: 40_000 }) }),
          ),
          { maxLength: 5 },
        ),
        (parts) => {
          const content = concatBytes(
            parts.map((part) =>
              'seed' in part ? noise(part.length, part.seed) : new Uint8Array(part.length).fill(part.fill),
            ),
          );
          const chunks = cut(content);
          expect(Buffer.compare(concatBytes(chunks), content)).toBe(0);
          for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(SIZES.maxBytes);
          for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBeGreaterThan(SIZES.minBytes);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    [
      'overwritten bytes',
      (c: Uint8Array, at: number) => concatBytes([c.subarray(0, at), noise(16, 9), c.subarray(at + 16)]),
    ],
    [
      'inserted bytes',
      (c: Uint8Array, at: number) => concatBytes([c.subarray(0, at), noise(100, 9), c.subarray(at)]),
    ],
    ['removed bytes', (c: Uint8Array, at: number) => concatBytes([c.subarray(0, at), c.subarray(at + 100)])],
  ])('changes few chunks for %s', (_, edit) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1000, max: 500_000 }), (seed, at) => {
        const content = noise(600_000, seed);
        const before = new Set(spelled(cut(content)));
        const after = spelled(cut(edit(content, at)));
        expect(after.filter((chunk) => !before.has(chunk)).length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 20 },
    );
  });

  it('makes chunks of about the average size from random content', () => {
    const content = noise(4_000_000, 7);
    const average = content.length / cut(content).length;
    expect(average).toBeGreaterThan(SIZES.averageBytes * 0.75);
    expect(average).toBeLessThan(SIZES.averageBytes * 1.75);
  });

  it('cuts where it always did, so that new releases share chunks with those of years ago', () => {
    expect(cut(noise(60_000, 1)).map((chunk) => chunk.length)).toMatchInlineSnapshot(`
      [
        4187,
        4834,
        4475,
        4911,
        7736,
        5452,
        4485,
        6274,
        4991,
        4873,
        1782,
        5187,
        813,
      ]
    `);
  });
});

import { promisify } from 'node:util';
import { zstdCompress, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCompressor } from './compressor.ts';

const content = fc.oneof(
  fc.uint8Array({ maxLength: 5000 }),
  fc
    .tuple(fc.nat(255), fc.integer({ min: 1, max: 300_000 }))
    .map(([byte, length]) => new Uint8Array(length).fill(byte)),
);

describe('a compressor', () => {
  it('makes a frame of its own of each chunk, whatever came before and however many come at once', async () => {
    const compress = createCompressor();
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 12 }), async (chunks) => {
        const frames = await Promise.all(chunks.map(compress));
        for (const [i, frame] of frames.entries())
          expect(Buffer.compare(zstdDecompressSync(frame), chunks[i] ?? new Uint8Array())).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('makes the same bytes as the whole thing at once', async () => {
    const compress = createCompressor();
    const chunk = Buffer.from('firmware '.repeat(20_000));
    const once = await promisify(zstdCompress)(chunk);
    for (let i = 0; i < 3; i++) expect(Buffer.compare(await compress(chunk), once)).toBe(0);
  });

  it('does not write into what it gave away', async () => {
    const compress = createCompressor();
    const noise = Uint8Array.from(
      { length: 700_000 },
      (_, i) => (Math.imul(i + 1, 0x9e3779b9) >>> 13) & 0xff,
    );
    const first = await compress(noise);
    const copy = first.slice();
    for (let i = 0; i < 12; i++) await compress(noise.map((byte) => byte ^ i));
    expect(Buffer.compare(first, copy)).toBe(0);
  });
});

import { randomBytes } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { giveBack } from '../../shared/give-back.ts';

const heldBytes = () => process.memoryUsage().arrayBuffers;

describe('memory that is given back', () => {
  it('is free at once, also what zstd unpacked into it', () => {
    const stored = zstdCompressSync(randomBytes(1_000_000));
    const bytes = zstdDecompressSync(stored, { chunkSize: 1_000_000 });
    const before = heldBytes();
    giveBack(bytes);
    expect(before - heldBytes()).toBeGreaterThanOrEqual(1_000_000);
    expect(bytes.length).toBe(0);
  });

  it('is not that of others: of a pool, or of a view', () => {
    const pooled = Buffer.from('a few bytes');
    giveBack(pooled);
    expect(pooled.toString()).toBe('a few bytes');
    const whole = new Uint8Array([1, 2, 3]);
    giveBack(whole.subarray(1));
    expect(whole).toEqual(new Uint8Array([1, 2, 3]));
    giveBack(new Uint8Array());
  });
});

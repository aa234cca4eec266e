import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceFinder } from './first-difference.ts';

const find = differenceFinder(64);

describe('the first difference', () => {
  it('of equal pieces is none, wherever they lie in their buffers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(7), (bytes, shift) => {
        const shifted = new Uint8Array(bytes.length + shift);
        shifted.set(bytes, shift);
        expect(find(bytes, shifted.subarray(shift))).toBe(-1);
      }),
    );
  });

  it('is where one byte was changed, also after a longer piece was compared', () => {
    const changed = fc
      .uint8Array({ minLength: 1, maxLength: 64 })
      .chain((bytes) =>
        fc.tuple(fc.constant(bytes), fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })),
      );
    fc.assert(
      fc.property(changed, fc.uint8Array({ maxLength: 64 }), ([bytes, at, by], longer) => {
        find(longer, longer);
        expect(
          find(
            bytes,
            bytes.map((byte, i) => (i === at ? byte ^ by : byte)),
          ),
        ).toBe(at);
      }),
    );
  });

  it('is the first of several', () => {
    expect(find(Uint8Array.of(1, 2, 3, 4, 5, 6), Uint8Array.of(1, 2, 0, 4, 0, 6))).toBe(2);
  });
});

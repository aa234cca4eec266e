import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRange, resolveRange } from './range.ts';

describe('a Range field', () => {
  it.each([
    ['bytes=0-9', { offsetBytes: 0, lengthBytes: 10 }],
    ['bytes=90-', { offsetBytes: 90, lengthBytes: 10 }],
    ['bytes=99-99', { offsetBytes: 99, lengthBytes: 1 }],
    ['bytes=-5', { offsetBytes: 95, lengthBytes: 5 }],
    ['bytes=-500', { offsetBytes: 0, lengthBytes: 100 }],
    ['bytes=90-500', { offsetBytes: 90, lengthBytes: 10 }],
    ['bytes=0-99999999999999999999999', { offsetBytes: 0, lengthBytes: 100 }],
    ['Bytes= 0-0 ', { offsetBytes: 0, lengthBytes: 1 }],
    ['bytes=100-', null],
    ['bytes=200-300', null],
    ['bytes=99999999999999999999-', null],
    ['bytes=-0', null],
  ])('%s of 100 bytes means %o', (field, range) => {
    const asked = parseRange(field);
    expect(asked).not.toBeNull();
    expect(asked && resolveRange(asked, 100)).toEqual(range);
  });

  it.each([
    'bytes=0-1,5-6',
    'bytes=5-2',
    'bytes=-',
    'bytes=',
    'junk',
    'items=0-1',
    'bytes=a-b',
    'bytes=0x0-1',
    'bytes 0-1',
    '',
    null,
  ])('%s is ignored', (field) => {
    expect(parseRange(field)).toBeNull();
  });

  it('never means bytes that are not there', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.option(fc.nat(300)), fc.nat(200), (first, last, sizeBytes) => {
        const asked = parseRange(`bytes=${first}-${last ?? ''}`);
        const range = asked && resolveRange(asked, sizeBytes);
        if (range === null) return;
        expect(range.lengthBytes).toBeGreaterThan(0);
        expect(range.offsetBytes + range.lengthBytes).toBeLessThanOrEqual(sizeBytes);
      }),
    );
  });

  it('of nothing is never satisfiable', () => {
    for (const field of ['bytes=0-', 'bytes=-1', 'bytes=0-0']) {
      const asked = parseRange(field);
      expect(asked && resolveRange(asked, 0)).toBeNull();
    }
  });
});

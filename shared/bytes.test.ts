import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from './bytes.ts';

const bytes = fc.uint8Array({ maxLength: 200 });

describe('hex', () => {
  it('spells bytes in lower case, two digits each', () => {
    expect(toHex(Uint8Array.of(0, 9, 0xab, 0xff))).toBe('0009abff');
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(fromHex(toHex(given))).toEqual(given);
      }),
    );
  });

  it.each(['a', 'AB', '0x', 'zz', 'ab cd', 'ab\n'])('refuses %j', (text) => {
    expect(fromHex(text)).toBeNull();
  });
});

describe('base64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foobar', 'Zm9vYmFy'],
  ])('spells %j as RFC 4648 section 10 does', (text, base64) => {
    expect(toBase64(utf8(text))).toBe(base64);
    expect(fromBase64(base64)).toEqual(utf8(text));
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(fromBase64(toBase64(given))).toEqual(given);
      }),
    );
  });

  it.each(['Zg', 'Zg=', 'Z===', '====', 'Zg==Zg==', 'Zm-v', 'Zm9v\n', ' Zm9v'])('refuses %j', (text) => {
    expect(fromBase64(text)).toBeNull();
  });

  it('answers any text with bytes or null, never with an exception', () => {
    const nearly = fc.string({ unit: fc.constantFrom('A', 'z', '/', '+', '=', '-', ' '), maxLength: 12 });
    fc.assert(
      fc.property(nearly, (text) => {
        const read = fromBase64(text);
        if (read !== null) expect(read.length).toBe((text.replaceAll('=', '').length * 3) >> 2);
      }),
    );
  });
});

describe('concatenation and comparison', () => {
  it('keeps every byte in its place', () => {
    fc.assert(
      fc.property(fc.array(bytes), (parts) => {
        expect([...concatBytes(parts)]).toEqual(parts.flatMap((part) => [...part]));
      }),
    );
  });

  it.each([
    [[1, 2], [1, 2], true],
    [[1, 2], [1, 3], false],
    [[1, 2], [1, 2, 3], false],
    [[], [], true],
  ])('%j and %j are equal: %s', (a, b, equal) => {
    expect(equalBytes(Uint8Array.from(a), Uint8Array.from(b))).toBe(equal);
  });
});

describe('UTF-8', () => {
  it('gives back the very bytes of every text it accepts, so that hashes still hold', () => {
    const withMarks = fc.oneof(
      bytes,
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => utf8(`\ufeff${text}`)),
    );
    fc.assert(
      fc.property(withMarks, (given) => {
        const text = fromUtf8(given);
        if (text !== null) expect(toHex(utf8(text))).toBe(toHex(given));
      }),
    );
  });

  it.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0xaf]]])('is not read from %j', (given) => {
    expect(fromUtf8(Uint8Array.from(given))).toBeNull();
  });
});

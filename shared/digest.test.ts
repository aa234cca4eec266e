import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from './bytes.ts';
import { digestField, SHA256_HEX, sha256, sha256Hex } from './digest.ts';

/** FIPS 180-4 example: SHA-256 of "abc". */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('SHA-256', () => {
  it('is that of the standard, in bytes and in hex', async () => {
    expect(toHex(await sha256(utf8('abc')))).toBe(ABC);
    expect(await sha256Hex(utf8('abc'))).toBe(ABC);
  });

  it('hashes a view by its own bytes, not by its buffer', async () => {
    expect(await sha256Hex(utf8('xabcx').subarray(1, 4))).toBe(ABC);
  });

  it('is written into Content-Digest as RFC 9530 writes it', async () => {
    // RFC 9530 appendix D: the digest of {"hello": "world"} followed by a line feed.
    expect(await digestField(utf8('{"hello": "world"}\n'))).toBe(
      'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:',
    );
  });

  it.each([
    [ABC, true],
    [ABC.toUpperCase(), false],
    [ABC.slice(1), false],
    [`${ABC}\n`, false],
  ])('is spelt %j: %s', (text, isHash) => {
    expect(SHA256_HEX.test(text)).toBe(isHash);
  });
});

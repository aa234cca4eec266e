import { describe, expect, it } from 'vitest';
import { makeOperatorToken, operatorTokenId, TOKEN_ID } from './operator-token.ts';

const bytesOf = (byte: number) => (lengthBytes: number) => new Uint8Array(lengthBytes).fill(byte);

describe('an operator token', () => {
  it.each([0x00, 0xfb, 0xff])('of bytes %i carries its id, and nothing that a header would not', (byte) => {
    const { id, token } = makeOperatorToken(bytesOf(byte));
    expect(id).toMatch(TOKEN_ID);
    expect(operatorTokenId(token)).toBe(id);
    expect(token).toMatch(/^[A-Za-z0-9_-]{68}$/);
  });

  it.each([
    '',
    'operator-token-of-the-tests',
    'cistern_0011223344556677_short',
    `cistern_001122334455667g_${'A'.repeat(43)}`,
    `Cistern_0011223344556677_${'A'.repeat(43)}`,
    `cistern_0011223344556677_${'A'.repeat(44)}`,
    `x cistern_0011223344556677_${'A'.repeat(43)}`,
  ])('is not %s', (text) => {
    expect(operatorTokenId(text)).toBeNull();
  });
});

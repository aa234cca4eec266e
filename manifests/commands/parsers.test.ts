import { describe, expect, it } from 'vitest';
import { operatorArgument, repositoryArgument } from './parsers.ts';

describe('the address the operator token is sent to', () => {
  it.each([
    ['https://fw.example/', 'https://fw.example'],
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['http://localhost:8787/', 'http://localhost:8787'],
    ['http://[::1]:8787', 'http://[::1]:8787'],
  ])('may be %s', (text, base) => {
    expect(operatorArgument(text)).toBe(base);
  });

  it.each(['http://fw.example', 'http://127.0.0.1.example', 'http://10.0.0.1', 'http://localhost.example'])(
    'is not %s, which would show the token to everybody on the way',
    (text) => {
      expect(() => operatorArgument(text)).toThrow('in the clear');
      expect(repositoryArgument(text)).toBe(text);
    },
  );

  it.each(['ftp://fw.example', 'fw.example', ''])('is not "%s"', (text) => {
    expect(() => operatorArgument(text)).toThrow('not an http or https address');
  });
});

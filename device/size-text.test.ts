import { expect, it } from 'vitest';
import { parseSize } from './size-text.ts';

it.each([
  ['1', 1],
  ['500k', 500_000],
  ['1.5M', 1_500_000],
  ['2G', 2_000_000_000],
  ['0', null],
  ['0.5', null],
  ['', null],
  ['500 k', null],
  ['500K', null],
  ['-1', null],
  ['1e9', null],
  ['9999999999', null],
])('%j is %j bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

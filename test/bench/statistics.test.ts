import { describe, expect, it } from 'vitest';
import { median, percentile, sum } from './statistics.ts';

const HUNDRED = Array.from({ length: 100 }, (_, i) => 100 - i);

describe('percentile', () => {
  it.each([
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
    [0.001, 1],
  ])('of 1 to 100 at %d is %d', (share, value) => {
    expect(percentile(HUNDRED, share)).toBe(value);
  });

  it.each([0, -1, 1.1, Number.NaN])('refuses a share of %d', (share) => {
    expect(() => percentile(HUNDRED, share)).toThrow(RangeError);
  });

  it('refuses to make something out of nothing', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('median', () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9], 9.5],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });
});

it('sums', () => {
  expect(sum([])).toBe(0);
  expect(sum([1, 2.5])).toBe(3.5);
});

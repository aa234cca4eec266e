import { describe, expect, it } from 'vitest';
import { stateOf } from './door.ts';

describe('what stands on the bus', () => {
  it.each([
    ['2c7c:0125', 5, 'normal'],
    ['2c7c:0800', 5, 'normal'],
    ['2c7c:6008', 5, 'normal'],
    ['05c6:9215', 5, 'normal'],
    ['05c6:9008', 1, 'edl'],
    ['05c6:901f', 1, 'edl'],
    ['05c6:900e', 1, 'ram-dump'],
    ['2c7c:0800', 1, 'ram-dump'],
    ['18d1:d00d', 1, 'fastboot'],
    ['2c7c:6005', 5, 'not-qualcomm'],
    ['2c7c:6005', 1, 'not-qualcomm'],
    ['2c7c:0901', 8, 'not-qualcomm'],
    ['2c7c:7001', 6, 'not-qualcomm'],
    ['2c7c:8999', 6, 'not-qualcomm'],
    ['2c7c:0125', 1, 'unsupported'],
    ['05c6:9091', 4, 'unsupported'],
    ['1199:9071', 5, 'unsupported'],
  ])('as %s with %i interfaces is in the state %s', (usbId, interfaceCount, state) => {
    expect(stateOf(usbId, interfaceCount)).toBe(state);
  });
});

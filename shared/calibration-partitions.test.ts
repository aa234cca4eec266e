import { expect, it } from 'vitest';
import { isCalibrationPartition } from './calibration-partitions.ts';

it.each([
  ['EFS2', true],
  ['modemst1', true],
  ['MODEMST2', true],
  ['fsg_a', true],
  ['persist', true],
  ['modem', false],
  ['fsgx', false],
  ['persist_bak', false],
  ['', false],
])('%s holds calibration: %s', (name, holds) => {
  expect(isCalibrationPartition(name)).toBe(holds);
});

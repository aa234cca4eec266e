import { describe, expect, it } from 'vitest';
import { reportSchema } from './telemetry.ts';
import { report, withUnknownFields } from './test-documents.ts';

const full = report();

describe('a report', () => {
  it('is read as it was written', () => {
    expect(reportSchema.parse(full)).toEqual(full);
  });

  it.each(withUnknownFields(full))('is refused with an unknown field at $at', ({ document }) => {
    expect(reportSchema.safeParse(document).error?.issues[0]?.code).toBe('unrecognized_keys');
  });

  it.each(Object.keys(full))('is refused without %s', (field) => {
    expect(reportSchema.safeParse({ ...full, [field]: undefined }).success).toBe(false);
  });

  it.each(['imei', 'iccid', 'imsi', 'msisdn', 'serial', 'token', 'note'])('has no place for %s', (field) => {
    expect(reportSchema.safeParse({ ...full, [field]: '490154203237518' }).success).toBe(false);
  });

  it.each([
    ['reason', 'SIM 89490200001234567890 failed'],
    ['reason', 'IMEI:490154203237518'],
    ['reason', ''],
    ['fromVersion', '490154203237518'],
    ['updaterVersion', 'built by someone on host'],
    ['modemState', 'broken'],
    ['outcome', 'success'],
    ['lastStep', 'flashing'],
    ['deviceId', 'router-17'],
    ['deviceKey', 'AAAA'],
    ['id', '1'],
    ['fetchedBytes', -1],
    ['programmedBytes', 1.5],
    ['endedAt', 'yesterday'],
  ])('has no free text in %s: %j', (field, value) => {
    expect(reportSchema.safeParse({ ...full, [field]: value }).success).toBe(false);
  });

  it('of an attempt that was resumed for days is still a report', () => {
    expect(reportSchema.safeParse(report({ flashAttempts: 2_000 })).success).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { judgeTime } from './clock-guard.ts';
import { CLOCK_LAG_MAX_MS, EARLIEST_NOW_MS } from './limits.ts';

const SIGNED_MS = Date.UTC(2026, 10, 23, 8);
const HOUR_MS = 60 * 60 * 1000;
const timestampText = JSON.stringify({
  signed: { version: SIGNED_MS / 1000, expires: new Date(SIGNED_MS + 14 * 24 * HOUR_MS).toISOString() },
});
const uncounted = JSON.stringify({ signed: { version: 7, expires: '2027-01-01T00:00:00Z' } });
const judge = (nowMs: number, serverDateMs: number | null, text = timestampText) =>
  judgeTime({ nowMs, serverDateMs, isServerDateProved: true, timestampText: text });

describe('the instant that expiries are judged by', () => {
  it.each<[string, number, number | null, number]>([
    ['the clock of a device that is right', SIGNED_MS + HOUR_MS, SIGNED_MS, SIGNED_MS + HOUR_MS],
    ['the same where the server says nothing', SIGNED_MS + HOUR_MS, null, SIGNED_MS + HOUR_MS],
    ['the server’s date where the clock is late', SIGNED_MS + 1, SIGNED_MS + HOUR_MS, SIGNED_MS + HOUR_MS],
    ['the server’s date where the clock is impossible', 0, SIGNED_MS + HOUR_MS, SIGNED_MS + HOUR_MS],
    ['the signature where both lag a little', SIGNED_MS - 1, SIGNED_MS - CLOCK_LAG_MAX_MS, SIGNED_MS],
  ])('is %s', (_name, nowMs, serverDateMs, expected) => {
    expect(judge(nowMs, serverDateMs)).toEqual({ ok: true, value: expected });
  });

  it.each<[string, number, number | null, string, object]>([
    [
      'is before what was signed',
      SIGNED_MS - HOUR_MS,
      null,
      timestampText,
      { because: 'signature', notBeforeMs: SIGNED_MS },
    ],
    [
      'is before what was signed, and so is the server’s',
      SIGNED_MS - HOUR_MS,
      SIGNED_MS - HOUR_MS,
      timestampText,
      { because: 'signature' },
    ],
    [
      'is before this code',
      EARLIEST_NOW_MS - HOUR_MS,
      null,
      uncounted,
      { because: 'build', notBeforeMs: EARLIEST_NOW_MS },
    ],
  ])('is not known where the clock %s', (_name, nowMs, serverDateMs, text, failure) => {
    expect(judge(nowMs, serverDateMs, text)).toMatchObject({
      ok: false,
      failure: { reason: 'clock-in-the-past', nowMs, ...failure },
    });
  });

  it('is not excused by a date in the clear, which still makes things older', () => {
    const inTheClear = (nowMs: number, serverDateMs: number) =>
      judgeTime({ nowMs, serverDateMs, isServerDateProved: false, timestampText });
    expect(inTheClear(0, SIGNED_MS + HOUR_MS)).toMatchObject({ failure: { reason: 'clock-in-the-past' } });
    expect(inTheClear(SIGNED_MS + 1, SIGNED_MS + HOUR_MS)).toEqual({ ok: true, value: SIGNED_MS + HOUR_MS });
  });

  it('takes no version for an instant that lies behind the expiry', () => {
    const text = JSON.stringify({ signed: { version: 2 ** 40, expires: '2027-01-01T00:00:00Z' } });
    expect(judge(SIGNED_MS, null, text)).toEqual({ ok: true, value: SIGNED_MS });
  });
});

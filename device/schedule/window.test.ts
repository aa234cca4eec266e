import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpen, parseWindow, stableOffsetMinutes, timeOfDay, windowText } from './window.ts';

describe('a maintenance window', () => {
  it.each([
    ['02:00-05:00', 120, 180],
    ['22:30-04:00', 1350, 330],
    ['00:00-00:15', 0, 15],
  ])('%s begins at minute %i and has %i', (text, startMinute, lengthMinutes) => {
    expect(parseWindow(text)).toEqual({ ok: true, value: { startMinute, lengthMinutes } });
  });

  it.each(['', '2-5', '24:00-05:00', '02:60-05:00', '02:00-02:00', '02:00-02:14', ' 02:00-05:00'])(
    'is not written %j',
    (text) => {
      expect(parseWindow(text)).toMatchObject({ ok: false, failure: { reason: 'window-unreadable' } });
    },
  );
});

describe('a maintenance window as the day goes on', () => {
  const at = (time: string) => new Date(`2026-11-23T${time}`).getTime();

  it.each([
    ['02:00-05:00', ['02:00:00', '03:17:00', '04:59:59'], ['01:59:59', '05:00:00', '14:00:00']],
    ['22:30-04:00', ['22:30:00', '23:59:59', '00:00:00', '03:59:59'], ['22:29:59', '04:00:00', '12:00:00']],
  ])('%s is open at %j and closed at %j', (text, open, closed) => {
    const parsed = parseWindow(text);
    if (!parsed.ok) throw new Error(parsed.failure.why);
    for (const time of open) expect(isOpen(parsed.value, at(time)), time).toBe(true);
    for (const time of closed) expect(isOpen(parsed.value, at(time)), time).toBe(false);
    expect(windowText(parsed.value)).toBe(text);
  });
});

describe('the minute of a device', () => {
  const deviceIds = fc.stringMatching(/^[0-9a-f]{64}$/);

  it('lies in the window and is the same every day', () => {
    fc.assert(
      fc.property(deviceIds, fc.integer({ min: 15, max: 1439 }), (deviceId, lengthMinutes) => {
        const offset = stableOffsetMinutes(deviceId, lengthMinutes);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThan(lengthMinutes);
        expect(stableOffsetMinutes(deviceId, lengthMinutes)).toBe(offset);
      }),
    );
  });

  it('spreads a thousand devices: no minute of three hours gets more than twenty', async () => {
    const counts = new Map<number, number>();
    for (let device = 0; device < 1000; device++) {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(String(device)));
      const offset = stableOffsetMinutes(Buffer.from(digest).toString('hex'), 180);
      counts.set(offset, (counts.get(offset) ?? 0) + 1);
    }
    expect(counts.size).toBeGreaterThan(150);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(20);
  });

  it('leads past midnight', () => {
    expect(timeOfDay(1350 + 100)).toEqual({ hour: 0, minute: 10 });
  });
});

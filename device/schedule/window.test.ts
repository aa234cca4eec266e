import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWindow, stableOffsetMinutes, timeOfDay } from './window.ts';

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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RATE_BURST_MS } from './limits.ts';
import { limitRate } from './rate-limit.ts';

const never = new AbortController().signal;

function aClock() {
  let nowMs = 1_000_000;
  return {
    clock: {
      // As ntpd may set it, in the middle of a download.
      nowMs: () => -nowMs,
      elapsedMs: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('a rate limit', () => {
  it('never lets more through than its rate and one burst, however the pieces and the pauses fall', async () => {
    const piece = fc.record({
      bytes: fc.integer({ min: 1, max: 100_000 }),
      pauseMs: fc.integer({ min: 0, max: 3_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1_000, max: 1_000_000 }), fc.array(piece), async (rate, pieces) => {
        const { clock, pass } = aClock();
        const limit = limitRate(rate, clock);
        const beganMs = clock.elapsedMs();
        let bytes = 0;
        for (const { bytes: some, pauseMs } of pieces) {
          pass(pauseMs);
          await limit(some, never);
          bytes += some;
          const allowed = (rate * (clock.elapsedMs() - beganMs + RATE_BURST_MS)) / 1000;
          expect(bytes).toBeLessThanOrEqual(allowed + 1);
        }
      }),
    );
  });

  it('holds nothing up that comes slower', async () => {
    const { clock, pass } = aClock();
    const limit = limitRate(10_000, clock);
    for (let i = 0; i < 20; i++) {
      pass(250);
      const beforeMs = clock.elapsedMs();
      await limit(2_000, never);
      expect(clock.elapsedMs()).toBe(beforeMs);
    }
  });
});

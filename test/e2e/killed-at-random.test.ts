/** One of the random moments that `npm run sweep -- --kills 500` kills the updater at. */
import { describe, expect, inject, it } from 'vitest';
import { isGood, killsAtRandom, mayUnshare } from '../sweep/kills.ts';

if (!mayUnshare)
  console.warn('SKIPPED: an updater killed at random moments (needs root and mount namespaces)');

describe.skipIf(!mayUnshare)(
  'an updater killed at a random moment, and then nothing but the boot hook',
  () => {
    it('leaves a modem confirmed or untouched, services running, and neither lock nor stage', {
      timeout: 180_000,
    }, async () => {
      const seed = Date.now() % 1_000_000;
      const runs = await killsAtRandom(inject('repository'), { count: 1, sideBySide: 1, seed });
      expect(runs.length, `seed ${seed}`).toBe(1);
      expect(
        runs.filter((run) => !isGood(run)),
        `seed ${seed}`,
      ).toEqual([]);
    });
  },
);

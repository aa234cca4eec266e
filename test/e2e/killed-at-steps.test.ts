/** The updater is killed once at every step of its journal (design 6); nothing but the boot hook runs after it. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { UPDATE_STEPS, type UpdateStep } from '../../shared/telemetry.ts';
import type { KilledRun } from '../sweep/kill-at.ts';
import { kills, mayUnshare } from '../sweep/kills.ts';

if (!mayUnshare)
  console.warn('SKIPPED: an updater killed at every journal step (needs root and mount namespaces)');

/**
 * The first that begins with something erased. At `erasing` nothing is yet: the hook finds a programmer running that it
 * has not loaded, restarts the modem for its own, and meets the old firmware, whole.
 */
const FIRST_ERASED: UpdateStep = 'programming';

const STEPS = UPDATE_STEPS.map((step, index) => ({
  step,
  modem: index < UPDATE_STEPS.indexOf(FIRST_ERASED) ? 'untouched' : 'confirmed',
}));

describe.skipIf(!mayUnshare)('an updater killed once a step stands in its journal', () => {
  let runs: readonly KilledRun[] = [];
  beforeAll(async () => {
    const shares = [0, 1].map((rest) => ({ steps: UPDATE_STEPS.filter((_, index) => index % 2 === rest) }));
    runs = await kills(inject('repository'), shares);
  }, 180_000);

  it.each(STEPS)(
    'at $step: the hook leaves the modem $modem, services running, and neither lock nor stage',
    ({ step, modem }) => {
      const run = runs.find(({ journaled }) => journaled === step);
      expect(run).toMatchObject({ moment: { atStep: step }, modem, wrong: [] });
    },
  );
});

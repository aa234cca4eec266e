/** Into EDL by DIAG, with the updater's own waits and as many tries as it has: only the clock is made to run. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../device/clock.ts';
import type { StagedPackage } from '../device/stage/staged-package.ts';
import { enterEdl } from '../device/update/enter-edl.ts';
import { DEFAULT_UPDATE_TIMINGS } from '../device/update/limits.ts';
import { DEMO_OLD_VERSION } from './firmware/demo-package.ts';
import { SimulatedModem } from './modem/modem.ts';
import { inProcessDoor } from './support/in-process-door.ts';

/** It is asked for and not looked at: the type is the proof. */
const STAGED = {} as StagedPackage;

describe('the way into EDL', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['echo', 1, true],
    ['echo', 29, true],
    ['echo', 30, false],
    ['write', 1, true],
    ['write', 29, true],
    ['write', 30, false],
  ] as const)(
    'is asked for again where the switch is unheard (%s) %i times: %s',
    async (at, times, isEntered) => {
      const modem = new SimulatedModem({
        firmware: DEMO_OLD_VERSION,
        faults: [{ kind: 'unheard-edl-switch', at, times }],
      });
      const ports = { timings: DEFAULT_UPDATE_TIMINGS, clock: systemClock };
      const entering = enterEdl(STAGED, inProcessDoor(modem), ports);
      await vi.runAllTimersAsync();
      expect(await entering).toMatchObject(
        isEntered ? { value: { state: 'edl' } } : { failure: { reason: 'modem-refuses-edl', attempts: 30 } },
      );
      expect(modem.state()).toBe(isEntered ? 'edl-sahara' : 'normal');
      modem.close();
    },
  );
});

/** A download may be slower than the night is long: what is staged after the window waits for the next one. */
import { afterEach, describe, expect, it } from 'vitest';
import type { MaintenanceWindow } from '../../device/schedule/window.ts';
import { DEMO_NEW_VERSION } from '../firmware/demo-package.ts';
import { aScenario } from '../support/a-scenario.ts';
import { powerOffWhileFlashing } from '../support/power-off-while-flashing.ts';
import { endOf, type Scenario } from '../support/scenario.ts';
import { SHORT_TIMINGS } from '../support/short-timings.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

/** An hour that begins so many minutes after this one. */
function hourIn(minutes: number): MaintenanceWindow {
  const now = new Date();
  const startMinute = (now.getHours() * 60 + now.getMinutes() + minutes + 1440) % 1440;
  return { startMinute, lengthMinutes: 60 };
}

describe('an update that is staged when its maintenance window is over', () => {
  it('leaves the modem alone, keeps its stage, and is flashed from there by a run within the window', async () => {
    scenario = await aScenario();
    const waiting = await scenario.run({ window: hourIn(-120) });
    expect(endOf(waiting)).toBe('unchanged: outside-window');
    expect(scenario.modemStates).toEqual([]);
    expect(waiting).toMatchObject({
      verdict: { modemState: 'normal', lastStep: 'staged', what: expect.stringContaining('waits for its') },
    });
    const flashed = await scenario.run({ window: hourIn(-30) });
    expect(endOf(flashed)).toBe('updated');
    expect(flashed).toMatchObject({ verdict: { fetchedBytes: 0 } });
  });
});

describe('a flashing that was broken off', () => {
  it('is finished at any time of the day', async () => {
    scenario = await aScenario({ ports: { timings: { ...SHORT_TIMINGS, returnMs: 300 } } });
    powerOffWhileFlashing(scenario.modem);
    expect(endOf(await scenario.run())).toContain('unfinished');
    scenario.modem.powerCycle();
    expect(endOf(await scenario.run({ window: hourIn(-120) }))).toBe('updated');
    expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: DEMO_NEW_VERSION });
  });
});

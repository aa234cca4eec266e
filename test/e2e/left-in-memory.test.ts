/** A stage in memory whose run ended before EDL: taken up where that saves bytes, and never there for nothing. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemProcesses } from '../../device/process-table.ts';
import type { StagePlatform } from '../../device/stage/platform.ts';
import { CAN_MOUNT } from '../../device/stage/test-places.ts';
import type { UpdateResult } from '../../device/update/attempt.ts';
import { err } from '../../shared/result.ts';
import type { UpdateStep } from '../../shared/telemetry.ts';
import { DEMO_NEW_VERSION } from '../firmware/demo-package.ts';
import { aScenario } from '../support/a-scenario.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const MIB = 1024 * 1024;
const inMemory = { stage: 'auto' };
const stagesLeft = () => readdirSync(join(scenario.ports.stateDir, 'memory'));
const fetchedBytes = (result: UpdateResult) =>
  result.kind === 'attempted' ? result.verdict.fetchedBytes : Number.NaN;
const setPlatform = (changes: Partial<StagePlatform>) =>
  Object.assign(scenario.ports, { stagePlatform: { ...scenario.ports.stagePlatform, ...changes } });
const setBudget = (budgetBytes: number | null) =>
  Object.assign(scenario.ports, {
    download: { mirrors: [], keepCopyIn: null, limits: budgetBytes === null ? {} : { budgetBytes } },
  });

/** A run whose process is gone when it has entered a step. */
async function dieAt(step: UpdateStep): Promise<void> {
  scenario = await aScenario({
    onStep: (entered) => {
      if (entered === step && processes.ownPid !== process.pid) throw new Error('killed');
    },
  });
  const processes = { ...systemProcesses, ownPid: 999_999_999 };
  setPlatform({ processes });
  await expect(scenario.run(inMemory)).rejects.toThrow('killed');
  processes.ownPid = process.pid;
}

describe.runIf(CAN_MOUNT)('a run that is killed before EDL', () => {
  it.each<UpdateStep>(['staged', 'ready', 'entering-edl'])(
    'at %s leaves its stage to the next, which fetches nothing again and leaves nothing',
    async (step) => {
      await dieAt(step);
      expect(stagesLeft()).toHaveLength(2);
      const next = await scenario.run(inMemory);
      expect(endOf(next)).toBe('updated');
      expect(fetchedBytes(next)).toBe(0);
      expect(scenario.notes).toContainEqual(expect.stringContaining('taken up from an earlier run'));
      expect(stagesLeft()).toEqual([]);
    },
  );

  it('has its stage counted as at hand where bytes cost', async () => {
    await dieAt('staged');
    const { surroundings } = scenario.ports;
    const uplinkCost = async () => ({ because: 'metered', device: 'wwan0' }) as const;
    Object.assign(scenario.ports, { surroundings: { ...surroundings, uplinkCost } });
    expect(endOf(await scenario.run({ ...inMemory, metered: 'refuse' }))).toBe('updated');
  });

  it('leaves nothing once an answer is final', async () => {
    await dieAt('staged');
    expect(endOf(await scenario.run({ ...inMemory, wanted: 'EC25EUGAR99A99M4G' }))).toMatch(/^refused/);
    expect(stagesLeft()).toEqual([]);
  });
});

describe.runIf(CAN_MOUNT)('a run whose line breaks', () => {
  it.each([
    ['stages in memory, fetches the rest', inMemory],
    ['stages on a disk, fetches no chunk twice that had come whole', {}],
  ])('leaves what came to the next, which %s', async (_, place) => {
    scenario = await aScenario();
    setBudget(300_000);
    const broken = await scenario.run(inMemory);
    expect(endOf(broken)).toBe('unchanged: byte-budget-spent');
    expect(scenario.notes).toContainEqual(expect.stringMatching(/^what arrived waits in memory at \S+ for/));
    expect(stagesLeft()).toHaveLength(2);
    setBudget(null);
    const next = await scenario.run(place);
    expect(endOf(next)).toBe('updated');
    if (broken.kind !== 'attempted' || broken.failure?.reason !== 'byte-budget-spent')
      throw new Error('it had bytes enough');
    const whole = await wholeBytes();
    if (place === inMemory) expect(broken.failure.fetchedBytes + fetchedBytes(next)).toBe(whole);
    else expect(fetchedBytes(next)).toBeLessThan(whole);
    expect(stagesLeft()).toEqual([]);
  });

  it('gives its memory back where the machine has little beside it', async () => {
    scenario = await aScenario();
    setBudget(10_000);
    setPlatform({ memoryText: async () => `MemAvailable: ${(90 * MIB) / 1024} kB\n` });
    expect(endOf(await scenario.run(inMemory))).toBe('unchanged: byte-budget-spent');
    expect(stagesLeft()).toEqual([]);
  });

  it('leaves what another modem then needs the memory for', async () => {
    scenario = await aScenario();
    setBudget(10_000);
    await scenario.run(inMemory);
    const [left = ''] = stagesLeft();
    const { door } = scenario.ports;
    Object.assign(scenario.ports, { door: { ...door, key: 'another' } });
    let isShort = true;
    // Short until something is unmounted.
    const { unmount } = scenario.ports.stagePlatform;
    setPlatform({
      memoryText: async () => `MemAvailable: ${((isShort ? 49 : 500) * MIB) / 1024} kB\n`,
      unmount: async (...of) => {
        isShort = false;
        return unmount(...of);
      },
    });
    setBudget(null);
    expect(endOf(await scenario.run(inMemory))).toBe('updated');
    expect(stagesLeft()).not.toContain(left);
  });
});

describe.runIf(CAN_MOUNT)('a run that something keeps from EDL', () => {
  it('whose window is over leaves the package to the next, which fetches nothing', async () => {
    scenario = await aScenario();
    const hour = (minutes: number) => {
      const now = new Date();
      const startMinute = (now.getHours() * 60 + now.getMinutes() + minutes + 1440) % 1440;
      return { startMinute, lengthMinutes: 60 };
    };
    expect(endOf(await scenario.run({ ...inMemory, window: hour(-120) }))).toBe('unchanged: outside-window');
    const again = await scenario.run({ ...inMemory, window: hour(-120) });
    expect(endOf(again)).toBe('unchanged: outside-window');
    expect(fetchedBytes(again)).toBe(0);
    const next = await scenario.run({ ...inMemory, window: hour(-30) });
    expect(endOf(next)).toBe('updated');
    expect(fetchedBytes(next)).toBe(0);
    expect(stagesLeft()).toEqual([]);
  });

  it('found only once services are stopped leaves it too', async () => {
    scenario = await aScenario();
    const { surroundings } = scenario.ports;
    const failure = { ...REFUSED, reason: 'preflight-refused' as const };
    Object.assign(scenario.ports, { surroundings: { ...surroundings, makeReady: async () => err(failure) } });
    const first = await scenario.run(inMemory);
    expect(endOf(first)).toBe('unchanged: preflight-refused');
    expect(fetchedBytes(first)).toBeGreaterThan(0);
    expect(fetchedBytes(await scenario.run(inMemory))).toBe(0);
    Object.assign(scenario.ports, { surroundings });
    const next = await scenario.run(inMemory);
    expect([endOf(next), fetchedBytes(next)]).toEqual(['updated', 0]);
  });

  it('and has no memory to leave it in pays for it twice, and not every night', async () => {
    scenario = await aScenario();
    setPlatform({ memoryText: async () => `MemAvailable: ${(90 * MIB) / 1024} kB\n` });
    const { surroundings } = scenario.ports;
    const failure = { ...REFUSED, reason: 'preflight-refused' as const };
    Object.assign(scenario.ports, { surroundings: { ...surroundings, makeReady: async () => err(failure) } });
    const first = await scenario.run(inMemory);
    const whole = fetchedBytes(first);
    setBudget(Math.round(2.5 * whole));
    const second = await scenario.run(inMemory);
    expect([first, second].map(endOf)).toEqual(Array(2).fill('unchanged: preflight-refused'));
    expect(fetchedBytes(second)).toBe(whole);
    Object.assign(scenario.ports, { surroundings });
    const third = await scenario.run(inMemory);
    expect(endOf(third)).toBe('unchanged: byte-budget-spent');
    expect(fetchedBytes(third)).toBeLessThan(whole);
    setBudget(4 * whole);
    expect(endOf(await scenario.run(inMemory))).toBe('updated');
    expect(existsSync(join(scenario.ports.stateDir, 'spent', `${scenario.ports.door.key}.json`))).toBe(false);
  });

  it('and can be foreseen is refused before the first byte', async () => {
    scenario = await aScenario();
    const { surroundings } = scenario.ports;
    const failure = { ...REFUSED, reason: 'preflight-refused' as const };
    Object.assign(scenario.ports, {
      surroundings: { ...surroundings, judgeAhead: async () => err(failure) },
    });
    const refused = await scenario.run(inMemory);
    expect([endOf(refused), fetchedBytes(refused)]).toEqual(['unchanged: preflight-refused', 0]);
    expect(scenario.steps).not.toContain('fetching');
    Object.assign(scenario.ports, { surroundings });
    expect(endOf(await scenario.run(inMemory))).toBe('updated');
  });
});

const REFUSED = { check: 'power', what: 'It is dark.', next: 'Wait.', mayOverride: true };

/** What the package costs one that has nothing of it. */
async function wholeBytes(): Promise<number> {
  const fresh = await aScenario();
  try {
    return fetchedBytes(await fresh.run({ ...inMemory, wanted: DEMO_NEW_VERSION }));
  } finally {
    await fresh.end();
  }
}

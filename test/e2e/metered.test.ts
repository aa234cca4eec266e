/** A package is not fetched over an uplink that costs unless somebody says so; what is at hand costs nothing. */
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { readAttempt } from '../../device/update/journal.ts';
import { aScenario } from '../support/a-scenario.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

/** The uplink leads through the modem; whether it roams, the modem says. */
async function aRoamingScenario(): Promise<void> {
  scenario = await aScenario({ modem: { settings: { registration: 'roaming' } } });
  const { surroundings } = scenario.ports;
  Object.assign(scenario.ports, {
    surroundings: {
      ...surroundings,
      uplinkCost: async (isRoaming: () => Promise<boolean>) =>
        (await isRoaming()) ? { because: 'roaming', device: 'wwan0' } : null,
    },
  });
}

describe('a modem that roams and is the way to the repository', () => {
  it('is not updated by a run that nobody can be asked of, and nothing of it is on record', async () => {
    await aRoamingScenario();
    const result = await scenario.run();
    expect(endOf(result)).toBe('refused: uplink-metered');
    expect(result).toMatchObject({ failure: { because: 'roaming', device: 'wwan0' } });
    const { stateDir, door } = scenario.ports;
    expect(await readAttempt(stateDir, door.key)).toEqual({ ok: true, value: null });
  });

  it('asks a person, with the bytes, and takes no for an answer', async () => {
    await aRoamingScenario();
    const asked: number[] = [];
    const askCost = async (_: unknown, neededBytes: number) => {
      asked.push(neededBytes);
      return false;
    };
    expect(endOf(await scenario.run({ askCost }))).toBe('refused: not-wanted-by-user');
    expect(asked).toEqual([expect.any(Number)]);
    expect(asked[0]).toBeGreaterThan(100_000);
  });

  it('is updated where it is allowed, and, whatever is said, where the package is at hand', async () => {
    await aRoamingScenario();
    const stage = await mkdtemp(join(inject('repository').directory, 'metered-'));
    const declined = await scenario.run({ stage, metered: 'allow', ask: async () => false });
    expect(endOf(declined)).toBe('unchanged: not-wanted-by-user');
    expect(endOf(await scenario.run({ stage, metered: 'refuse' }))).toBe('updated');
  });

  it('is asked for what is at hand and wrong, before the line is paid for it', async () => {
    await aRoamingScenario();
    const stage = await mkdtemp(join(inject('repository').directory, 'metered-'));
    expect(endOf(await scenario.run({ stage, metered: 'allow', ask: async () => false }))).toMatch(
      /^unchanged/,
    );
    const names = await readdir(stage, { recursive: true });
    const chunks = names.filter((name) => name.endsWith('.cacnk')).map((name) => join(stage, name));
    const [wrong = ''] = chunks;
    const { size: wrongBytes } = await stat(wrong);
    await writeFile(wrong, (await readFile(wrong)).reverse());
    const refused = await scenario.run({ stage, metered: 'refuse' });
    expect(endOf(refused)).toBe('refused: uplink-metered');
    const asked: number[] = [];
    const askCost = async (_: unknown, neededBytes: number) => asked.push(neededBytes) > 0;
    const updated = await scenario.run({ stage, askCost });
    expect(endOf(updated)).toBe('updated');
    expect(updated).toMatchObject({ verdict: { fetchedBytes: wrongBytes } });
    // Told by its share of the package, about.
    expect(asked).toHaveLength(1);
    expect(Math.abs((asked[0] ?? 0) - wrongBytes)).toBeLessThan(wrongBytes / 10);
  });
});

/** P6 Fail closed: what is unknown, unreadable or unlisted is refused, and it is said what is missing. */
import { afterEach, describe, expect, it } from 'vitest';
import { explain } from '../../device/report/explain/explain.ts';
import { DEMO_NEW_VERSION } from '../firmware/demo-package.ts';
import { aScenario } from '../support/a-scenario.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const MODEMS: readonly (readonly [string, string, string])[] = [
  ['a model the repository does not know', 'EC25AFFAR07A08M4G_01.001.01.001', 'refused: unknown-model'],
  ['the same model with another flash', 'EC25EUGAR06A05M2G_01.003.01.003', 'refused: unknown-model'],
  ['a version that is not one', 'FACTORY-TEST', 'refused: modem-version-unreadable'],
];

const UNLISTED: readonly (readonly [string, string])[] = [
  ['a baseline nobody vouches for', 'EC25EUGAR07A01M4G_01.001.01.001'],
  ['another customer line', 'EC25EUGAR06A05M4G_12.003.12.003'],
  ['a locked line that cannot go back', 'EC25EUGAR08A21M4G_01.001.01.001'],
];

describe('P6 fail closed', () => {
  it.each(MODEMS)('refuses %s', async (_, firmware, end) => {
    scenario = await aScenario({ modem: { firmware } });
    expect(endOf(await scenario.run())).toBe(end);
    expect(scenario.modemStates).toEqual([]);
  });

  it.each(UNLISTED)(
    'installs nothing on %s, and says why when asked for the release by name',
    async (_, firmware) => {
      scenario = await aScenario({ modem: { firmware } });
      expect(endOf(await scenario.run())).toBe('up-to-date');
      const named = await scenario.run({ wanted: DEMO_NEW_VERSION });
      expect(endOf(named)).toBe('refused: release-does-not-fit');
      if (named.kind !== 'refused') throw new Error(named.kind);
      expect(explain(named.failure).what).toContain(firmware.slice(0, 8));
      expect(scenario.modemStates).toEqual([]);
    },
  );

  it.each([
    ['calls itself by another product', 'EG06-E', 'refused: product-name-contradicts-version'],
    ['does not name its product', '', 'up-to-date'],
  ])('asks a modem that %s: %j is %s', async (_, productName, end) => {
    scenario = await aScenario({ modem: { firmware: DEMO_NEW_VERSION, settings: { productName } } });
    expect(endOf(await scenario.run())).toBe(end);
    expect(scenario.modemStates).toEqual([]);
  });

  it.each([
    ['EC25EUGAR08A04M4G_01.200.01.200', 'refused: release-not-published'],
    ['newest please', 'refused: wanted-version-unreadable'],
  ])('refuses to install %s', async (wanted, end) => {
    scenario = await aScenario();
    expect(endOf(await scenario.run({ wanted }))).toBe(end);
    expect(scenario.modemStates).toEqual([]);
  });

  it('refuses to work with a root that is not the pinned one', async () => {
    scenario = await aScenario({ ports: { pinnedRoot: '{"signed":{}}' } });
    expect(endOf(await scenario.run())).toBe('refused: pinned-root-wrong');
  });

  it('refuses while the clock is before what was signed', async () => {
    const nowMs = () => Date.parse('2020-01-01T00:00:00Z');
    const clock = { nowMs, elapsedMs: nowMs, sleep: async () => {} };
    scenario = await aScenario({ ports: { clock } });
    expect(endOf(await scenario.run())).toBe('refused: clock-in-the-past');
  });
});

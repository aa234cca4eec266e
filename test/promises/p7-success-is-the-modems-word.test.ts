/**
 * P7 Success is the modem's word: the new version by its own mouth, and SIM, registration, data and USB layout no
 * worse than before. The flasher's own "ok" is not success.
 */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { verdictPath } from '../../device/report/verdict.ts';
import { awaitIdentity, confirmUpdate } from '../../device/update/confirm.ts';
import { DEMO_NEW_VERSION } from '../firmware/demo-package.ts';
import type { ModemSettings } from '../modem/settings.ts';
import { aScenario } from '../support/a-scenario.ts';
import { must } from '../support/local-release.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const LOSSES: readonly (readonly [string, Partial<ModemSettings>, string])[] = [
  ['the SIM', { sim: 'absent' }, 'sim was "READY"'],
  ['its registration', { registration: 'searching' }, 'registration was "home"'],
  ['its APN', { contexts: [] }, 'contexts was "1,'],
  ['its USB mode', { usbNet: 2 }, 'usbNetMode was'],
  ['its data connection', { isAttached: false }, 'attached was "true"'],
];

describe("P7 success is the modem's word", () => {
  it.each(LOSSES)('does not call it a success when the new firmware loses %s', async (_, lost, words) => {
    scenario = await aScenario({ modem: { settingsByFirmware: { [DEMO_NEW_VERSION]: lost } } });
    const result = await scenario.run();
    expect(endOf(result)).toBe('unconfirmed: worse-than-before');
    if (result.kind !== 'attempted') throw new Error(result.kind);
    expect(result.verdict.what).toContain(words);
    expect(result.verdict.state).toContain('was written and read back');
  });

  it('tells of a modem that roams since, and calls it a success', async () => {
    const settingsByFirmware = { [DEMO_NEW_VERSION]: { registration: 'roaming' } } as const;
    scenario = await aScenario({ modem: { settingsByFirmware } });
    expect(endOf(await scenario.run())).toBe('updated');
    expect(scenario.notes).toContainEqual(expect.stringContaining('roams now'));
  });

  it('does not mind what was no better before', async () => {
    scenario = await aScenario({
      modem: { settings: { sim: 'absent', registration: 'off', isAttached: false } },
    });
    expect(endOf(await scenario.run())).toBe('updated');
  });

  it('does not call it a success when the modem never comes back', async () => {
    scenario = await aScenario({ modem: { faults: [{ kind: 'never-returns', after: 'reset' }] } });
    const result = await scenario.run();
    expect(endOf(result)).toBe('unconfirmed: modem-not-confirmed');
    if (result.kind !== 'attempted') throw new Error(result.kind);
    expect(result.verdict.modemState).toBe('absent');
    expect(result.verdict.next).toContain('Power-cycle');
  });

  it('does not call it a success when the modem shows another version', async () => {
    scenario = await aScenario();
    const { ports } = scenario;
    must(await awaitIdentity(ports));
    const confirmed = await confirmUpdate({ version: DEMO_NEW_VERSION, snapshot: null }, ports);
    expect(confirmed).toMatchObject({ ok: false, failure: { reason: 'wrong-version-after-flashing' } });
  });

  it('waits for an application side that has not started before it believes a version', async () => {
    scenario = await aScenario({ modem: { settings: { applicationPendingAnswers: 5 } } });
    expect(endOf(await scenario.run())).toBe('updated');
  });

  it('leaves the verdict on disk, with what happened, the state and what to do, and no identity in it', async () => {
    scenario = await aScenario({ modem: { settingsByFirmware: { [DEMO_NEW_VERSION]: { contexts: [] } } } });
    await scenario.run();
    const text = await readFile(verdictPath(scenario.ports.stateDir, scenario.ports.door.key), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      outcome: 'unconfirmed',
      reason: 'worse-than-before',
      modemState: 'normal',
    });
    expect(text).not.toMatch(/\b\d{14,20}\b/);
  });
});

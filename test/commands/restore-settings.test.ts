import { describe, expect, it } from 'vitest';
import { type ModemSettings, workingSettings } from '../modem/settings.ts';
import { NEXT_VERSION } from '../support/local-package.ts';
import { newStage, next } from '../support/shelf-of-file.ts';
import { SHORT_TIMINGS } from '../support/short-timings.ts';
import { modem, scene, sceneWith } from './modem-scene.ts';

async function sceneWhoseFirmware(changes: Partial<ModemSettings>): Promise<void> {
  await sceneWith(
    { timing: { rebootMs: 20, departureMs: 1 }, settingsByFirmware: { [NEXT_VERSION]: changes } },
    () => ({ context: { timings: { ...SHORT_TIMINGS, recoveryMs: 60 } } }),
  );
}

async function run(...words: readonly string[]) {
  return scene.cistern(...words, '--stage', await newStage(), '--yes');
}

const settingsNow = () => {
  const { contexts, usbNet, mbn, roamService } = modem.settings;
  return { contexts, usbNet, mbn, roamService };
};
const { contexts, usbNet, mbn, roamService } = workingSettings;
const asBefore = { contexts, usbNet, mbn, roamService };

const ALL_LOST: Partial<ModemSettings> = {
  contexts: [],
  usbNet: 2,
  mbn: { ...mbn, autoSelect: false, selected: '' },
  roamService: 1,
};

describe('settings that a new firmware changes', () => {
  it('are put back while the update is confirmed, where that is asked for', async () => {
    await sceneWhoseFirmware(ALL_LOST);
    const { code, stdout, stderr } = await run('flash', next, '--restore-settings');
    expect(stderr).toContain('putting back contexts: AT+CGDCONT=1,"IPV4V6","internet": done');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('updated') });
    expect(settingsNow()).toEqual(asBefore);
  });

  it('are named and left alone where it is not, with the command that puts them back afterwards', async () => {
    await sceneWhoseFirmware(ALL_LOST);
    const { code, stderr } = await run('flash', next);
    expect(code).toBe(1);
    expect(stderr).toContain('roamService was ""roamservice",255"');
    expect(stderr).toContain('cistern rescue --restore-settings');
    expect(settingsNow()).toMatchObject({ contexts: [], usbNet: 2 });

    expect(await run('rescue', '--restore-settings')).toMatchObject({ code: 0 });
    expect(settingsNow()).toEqual(asBefore);
  });

  it('that no command brings back keep the update unconfirmed', async () => {
    await sceneWhoseFirmware({ contexts: [], sim: 'absent' });
    const { code, stdout } = await run('flash', next, '--restore-settings');
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('worse-than-before') });
    expect(modem.settings.contexts).toEqual(contexts);
  });

  it('are not guessed where nothing is known of before', async () => {
    await sceneWhoseFirmware({});
    const { code, stderr } = await run('rescue', '--restore-settings');
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('nothing is put back'),
    });
  });
});

/** An RM500Q-GL (SDX55) beside the EC25s of one repository: published with a catalogue of its own, offered, installed. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { writeFamilyFile } from '../firmware/family-file.ts';
import {
  SDX55_NEW_VERSION,
  SDX55_OLD_VERSION,
  sdx55Entry,
  writeSdx55Package,
} from '../firmware/sdx55-package.ts';
import { rm500qGl } from '../modem/models.ts';
import { aScenario } from '../support/a-scenario.ts';
import { CISTERN_REPO, mustRun } from '../support/repository.ts';
import { endOf, type Scenario } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario?.end());

it('is updated from the repository by its own release, in its own dialect', async () => {
  const { directory, keysDirectory, url, tokenFile } = inject('repository');
  const own = await mkdtemp(join(directory, 'sdx55-'));
  const packageDirectory = join(own, SDX55_NEW_VERSION);
  const entry = sdx55Entry();
  await writeSdx55Package(packageDirectory);
  await writeFamilyFile(join(own, 'catalogue'), entry);
  await mustRun([
    ...[CISTERN_REPO, 'publish', packageDirectory, '--model', entry.model, '--version', SDX55_NEW_VERSION],
    ...[
      '--catalogue',
      join(own, 'catalogue'),
      '--keys',
      keysDirectory,
      '--to',
      url,
      '--token-file',
      tokenFile,
    ],
  ]);
  scenario = await aScenario({ modem: { firmware: SDX55_OLD_VERSION, model: rm500qGl } });
  const calibration = scenario.modem.calibrationDigest();
  expect(endOf(await scenario.run())).toBe('updated');
  expect(scenario.modem.bootOutcome).toMatchObject({ kind: 'normal', firmware: SDX55_NEW_VERSION });
  expect(scenario.modem.calibrationDigest()).toBe(calibration);
  expect(scenario.notes.join()).toContain("the modem's chip and signing key in EDL");
});

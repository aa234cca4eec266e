/** A device that runs what was recalled later is told so, whether or not there is something better for it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { PACKAGE, setUpDevice } from '../../device/repository/test-device.ts';
import { jsonBytes } from '../../device/repository/test-repository.ts';
import { rollout, rolloutEntry } from '../../shared/test-documents.ts';
import { endOf, makeScenario, type Scenario } from '../support/scenario.ts';

const at = setUpDevice();
const INSTALLED = PACKAGE.manifest.version;
let scenario: Scenario;
afterEach(() => scenario.end());

/** One run of the updater on a modem with that release. */
async function run(): Promise<string> {
  const directory = join(at.stateDir, 'scenario');
  mkdirSync(directory);
  const rootFile = join(directory, 'root.json');
  writeFileSync(rootFile, at.root);
  // Only these are read of it: the modem needs no package where nothing is to be installed.
  const repository = { url: at.server.url, directory, rootFile } as Parameters<typeof makeScenario>[0];
  scenario = await makeScenario(repository, { modem: { firmware: INSTALLED } });
  return endOf(await scenario.run());
}

it.each([
  ['recalled', [`${INSTALLED}, which the modem runs, was recalled: no network after a reboot`]],
  ['halted', []],
] as const)('a release that was %s after it was installed', async (state, notes) => {
  const entry = rolloutEntry({ version: INSTALLED, state, why: 'no network after a reboot' });
  at.repository.rollout = jsonBytes(rollout(entry));
  expect(await run()).toBe('up-to-date');
  expect(scenario.notes).toEqual(notes);
  expect(scenario.modemStates).toEqual([]);
});

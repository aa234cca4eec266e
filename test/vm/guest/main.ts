/** The guest's side of a scenario: reads the setting, runs it, and says by its exit code whether it was so. */
import { readFile } from 'node:fs/promises';
import type { Scenario, Setting } from '../scenario.ts';
import { openGuest } from './guest.ts';

const setting = JSON.parse(await readFile('/run/job/setting.json', 'utf8')) as Setting;
const { scenario } = (await import(`../scenarios/${setting.scenario}.ts`)) as { readonly scenario: Scenario };
const guest = openGuest(setting);
try {
  if (setting.boot === 1) await scenario.inGuest(guest);
  else await scenario.powerCut?.thenInGuest(guest);
} catch (error) {
  guest.say(`FAILED: ${error instanceof Error ? error.stack : String(error)}`);
  process.exitCode = 1;
} finally {
  guest.end();
}
// A USB transfer that never ends would keep the process, and with it the machine.
process.exit();

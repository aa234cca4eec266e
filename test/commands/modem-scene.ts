/** A simulated modem and `cistern` beside it, for one test, gone after it. */
import { afterEach } from 'vitest';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import { aCommandScene, type CommandScene, type CommandSceneOptions } from '../support/a-command.ts';
import { inProcessDoor } from '../support/in-process-door.ts';

export let modem: SimulatedModem;
export let scene: CommandScene;
afterEach(async () => {
  modem.close();
  await scene.end();
});

export async function sceneWith(
  options: Partial<SimulatedModemOptions> = {},
  command: (modem: SimulatedModem) => Partial<CommandSceneOptions> = () => ({}),
): Promise<void> {
  modem = new SimulatedModem({
    firmware: DEMO_OLD_VERSION,
    timing: { rebootMs: 0, departureMs: 1 },
    ...options,
  });
  scene = await aCommandScene({ door: inProcessDoor(modem), ...command(modem) });
}

export async function intoEdl(): Promise<void> {
  modem.shortTestPoint();
  await modem.whenState(['edl-sahara'], { timeoutMs: 2_000 });
}

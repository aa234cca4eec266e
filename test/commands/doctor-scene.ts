/** `cistern doctor` beside a simulated modem, both gone after the test. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { ModemDoor } from '../../device/transport/door.ts';
import { attempt } from '../../device/update/test-attempt.ts';
import { ok } from '../../shared/result.ts';
import { DEMO_OLD_VERSION } from '../firmware/demo-package.ts';
import { SimulatedModem } from '../modem/modem.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import { aCommandScene, type CommandScene, type CommandSceneOptions } from '../support/a-command.ts';
import { inProcessDoor } from '../support/in-process-door.ts';

export const ended: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

export type Prepare = (modem: SimulatedModem, scene: CommandScene) => unknown;
export type Doors = (door: ModemDoor) => ModemDoor;

export async function sceneWith(
  options: Partial<SimulatedModemOptions>,
  doors: Doors = (door) => door,
  context: CommandSceneOptions['context'] = {},
): Promise<{ modem: SimulatedModem; scene: CommandScene }> {
  const modem = new SimulatedModem({
    firmware: DEMO_OLD_VERSION,
    timing: { rebootMs: 0, departureMs: 1 },
    ...options,
    settings: { applicationPendingAnswers: 0, ...options.settings },
  });
  const scene = await aCommandScene({ door: doors(inProcessDoor(modem)), context });
  ended.push(
    () => modem.close(),
    () => scene.end(),
  );
  return { modem, scene };
}

/** What the simulated modem does not know, answered before it is asked. */
export function answering(answers: Readonly<Record<string, string>>): Doors {
  return (door) => ({
    ...door,
    openAt: async (signal) => {
      const at = await door.openAt(signal);
      if (!at.ok) return at;
      let waiting: string | undefined;
      return ok({
        ...at.value,
        transferOut: async (bytes, options) => {
          waiting = answers[new TextDecoder().decode(bytes).trim()];
          return waiting === undefined ? at.value.transferOut(bytes, options) : ok();
        },
        transferIn: async (maxBytes, options) => {
          if (waiting === undefined) return at.value.transferIn(maxBytes, options);
          const text = `\r\n${waiting}\r\n\r\nOK\r\n`;
          waiting = undefined;
          return ok(new TextEncoder().encode(text));
        },
      });
    },
  });
}

export const unfinishedJournal: Prepare = async (_, { stateDir }) => {
  const journal = attempt({ modemKey: 'simulated', step: 'programming', flashTouched: true });
  await mkdir(join(stateDir, 'journal'), { recursive: true });
  await writeFile(join(stateDir, 'journal/simulated.json'), JSON.stringify(journal));
};

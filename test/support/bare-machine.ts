/** A machine with nothing around the modem: no services, no supplies, no programs, no other process. */

import { systemClock } from '../../device/clock.ts';
import { systemProcesses } from '../../device/process-table.ts';
import type { Machine } from '../../device/router/machine.ts';
import { type Surroundings, surroundingsOf } from '../../device/router/surroundings.ts';
import type { ModemDoor } from '../../device/transport/door.ts';

export const bareMachine: Machine = {
  isThere: async () => false,
  readText: async () => null,
  run: async () => ({ code: 127, signalName: null, stdout: '', stderr: 'no such program' }),
  processes: async () => [],
};

/** Where nothing is there, nothing is found: whatever this machine that runs the tests has. */
const NOWHERE = '/nowhere';

export function bareSurroundings(
  door: ModemDoor,
  options: {
    readonly stateDir: string;
    readonly repositoryUrl: string | null;
    readonly onNote: (note: string) => void;
  },
): Surroundings {
  return surroundingsOf(
    { modemKey: door.key, onBus: door.onBus, repositoryUrl: options.repositoryUrl, throughInterface: null },
    {
      machine: bareMachine,
      sysfs: NOWHERE,
      proc: NOWHERE,
      isBigEndian: false,
      lookup: async () => [],
      stateDir: options.stateDir,
      processTable: systemProcesses,
      clock: systemClock,
      onNote: options.onNote,
    },
  );
}

/** Many devices, a bounded number of them at a time, until each has had its turn or the time is over. */
import { copyName } from '../support/copy-models.ts';
import { aSimulatedDevice, type SimulatedDevice } from './device.ts';
import { BEHIND_EVERY } from './limits.ts';
import { newTally, type Tally } from './tally.ts';
import { type Turn, takeTurn } from './turn.ts';

export type FleetSize = { readonly deviceCount: number; readonly modelCount: number };

/** One device in `BEHIND_EVERY` has an old timestamp; the models it is of have all that it lacks. */
export function isBehind(number: number): boolean {
  return number % BEHIND_EVERY === 0;
}

/** `timestamp`: the version that is published. */
export async function makeFleet(
  { deviceCount, modelCount }: FleetSize,
  timestamp: number,
): Promise<readonly SimulatedDevice[]> {
  const devices: SimulatedDevice[] = [];
  for (let number = 0; number < deviceCount; number++) {
    const has = { model: copyName(number % modelCount), timestamp: isBehind(number) ? 1 : timestamp };
    devices.push(await aSimulatedDevice(number, has));
  }
  return devices;
}

export type FleetRun = {
  readonly tally: Tally;
  readonly turnsTaken: number;
  readonly wallMs: number;
};

export async function runFleet(
  devices: readonly SimulatedDevice[],
  run: Omit<Turn, 'device' | 'isBehind' | 'tally'> & { readonly atOnce: number; readonly withinMs: number },
): Promise<FleetRun> {
  const tally = newTally();
  const startedMs = run.elapsedMs();
  let next = 0;
  const lane = async () => {
    while (run.elapsedMs() - startedMs < run.withinMs) {
      const number = next++;
      const device = devices[number];
      if (device === undefined) return;
      await takeTurn({ ...run, device, isBehind: isBehind(number), tally });
    }
  };
  await Promise.all(Array.from({ length: run.atOnce }, lane));
  return { tally, turnsTaken: Math.min(next, devices.length), wallMs: run.elapsedMs() - startedMs };
}

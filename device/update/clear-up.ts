/** What runs that died have left on this machine: services that they stopped, stages in memory. */
import { removeStaleStages } from '../stage/adopt-stage.ts';
import type { ModemPorts } from './attempt.ts';
import { journaledStages } from './journal.ts';

export type ClearUpPorts = Pick<ModemPorts, 'surroundings' | 'stagePlatform' | 'stateDir'> & {
  readonly events: Pick<ModemPorts['events'], 'onNote'>;
};

/** With `isGoingOn` what they had stopped for this modem stays stopped, because its update is about to be taken up. */
export async function clearUpAfterDeadRuns(
  { isGoingOn }: { readonly isGoingOn: boolean },
  ports: ClearUpPorts,
): Promise<void> {
  await ports.surroundings.startLeftStopped({ isGoingOn });
  await removeLeftStages(ports);
}

/** Stages that an unfinished attempt still needs stay, and so do those of runs that live. */
export async function removeLeftStages({
  stagePlatform: platform,
  stateDir,
  events,
}: Omit<ClearUpPorts, 'surroundings'>): Promise<void> {
  const removed = await removeStaleStages({ platform, keep: await journaledStages(stateDir) });
  if (!removed.ok)
    events.onNote(`a stage of an earlier run could not be removed (${removed.failure.reason})`);
}

/** What earlier runs have left on this machine: services that they stopped, stages in memory, packages on disks. */
import type { UpdateFailure } from '../failure.ts';
import { removeOtherVersions } from '../stage/remove-other-versions.ts';
import { removeStaleStages, type StaleSearch } from '../stage/remove-stale-stages.ts';
import type { Removal } from '../stage/stage.ts';
import { isStageNameFor } from '../stage/stage-name.ts';
import type { ModemPorts } from './attempt.ts';
import { isWorthKeeping } from './failure-of-line.ts';
import { attemptsIn, journaledStages } from './journal.ts';

export type ClearUpPorts = Pick<ModemPorts, 'surroundings' | 'stagePlatform' | 'stateDir'> & {
  readonly events: Pick<ModemPorts['events'], 'onNote'>;
};

/** With `isGoingOn` what they had stopped for this modem stays stopped, because its update is about to be taken up. */
export async function clearUpAfterDeadRuns(
  { isGoingOn }: { readonly isGoingOn: boolean },
  ports: ClearUpPorts,
): Promise<void> {
  await ports.surroundings.startLeftStopped({ isGoingOn });
  await removeLeftStages({ spares: () => true }, ports);
}

/** After an answer that the next run would only repeat, nothing waits in memory for this modem. */
export async function clearUpAfterEnd(
  { failure = null }: { readonly kind: string; readonly failure?: UpdateFailure | null },
  ports: Omit<ClearUpPorts, 'surroundings'> & Pick<ModemPorts, 'door'>,
): Promise<void> {
  if (failure !== null && isWorthKeeping(failure)) return;
  await removeLeftStages({ spares: (name) => !isStageNameFor(ports.door.key, name) }, ports);
}

/** Stages in memory that an unfinished attempt still needs stay, those of runs that live, and those that are spared. */
export async function removeLeftStages(
  { spares }: Pick<StaleSearch, 'spares'>,
  { stagePlatform: platform, stateDir, events }: Omit<ClearUpPorts, 'surroundings'>,
): Promise<Removal['removed']> {
  const keep = await journaledStages(stateDir);
  const { removed, failed } = await removeStaleStages({ platform, keep, spares });
  for (const { directory, failure } of failed)
    events.onNote(`${directory} of an earlier run could not be removed (${failure.reason})`);
  return removed;
}

/**
 * Packages of other versions on a disk that was named, once this one is whole beside them or where it finds no room:
 * those that no attempt needs. Where a journal cannot be read nobody knows, and all stay.
 */
export async function removeLeftPackages(
  { parent, version }: { readonly parent: string; readonly version: string },
  { stagePlatform: platform, stateDir, events }: Omit<ClearUpPorts, 'surroundings'>,
): Promise<Removal['removed']> {
  const attempts = await attemptsIn(stateDir);
  if (attempts.some((attempt) => !attempt.ok)) return [];
  const needed = attempts.flatMap((attempt) =>
    attempt.ok && attempt.value.step !== 'reported' ? [attempt.value.toVersion] : [],
  );
  const { removed, failed } = await removeOtherVersions({ parent, version, needed, platform });
  for (const directory of removed) events.onNote(`removed ${directory}, which nothing needs`);
  for (const { directory, failure } of failed)
    events.onNote(`${directory} of an earlier run could not be removed (${failure.reason})`);
  return removed;
}

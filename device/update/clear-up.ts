/** What earlier runs have left on this machine: services that they stopped, stages in memory, packages on disks. */
import { removeStaleStages } from '../stage/adopt-stage.ts';
import { removeOtherVersions } from '../stage/remove-other-versions.ts';
import type { ModemPorts } from './attempt.ts';
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

/**
 * Packages of other versions on a disk that was named, before another is put beside them: those that no attempt needs.
 * Where a journal cannot be read nobody knows, and all stay.
 */
export async function removeLeftPackages(
  { parent, version }: { readonly parent: string; readonly version: string },
  { stagePlatform: platform, stateDir, events }: Omit<ClearUpPorts, 'surroundings'>,
): Promise<void> {
  const attempts = await attemptsIn(stateDir);
  if (attempts.some((attempt) => !attempt.ok)) return;
  const needed = attempts.flatMap((attempt) =>
    attempt.ok && attempt.value.step !== 'reported' ? [attempt.value.toVersion] : [],
  );
  const removed = await removeOtherVersions({ parent, version, needed, platform });
  if (!removed.ok)
    events.onNote(`a package of an earlier run could not be removed (${removed.failure.reason})`);
  else
    for (const directory of removed.value.removed) events.onNote(`removed ${directory}, which nothing needs`);
}

/**
 * A copy of a stage in memory on a disk, made before EDL: when power fails while flash is written and the only uplink
 * lies in EDL, the next run fills its stage from there.
 */
import { basename } from 'node:path';
import { ok, type Result } from '../../shared/result.ts';
import type { FetchFailure } from '../fetch/fetch-failure.ts';
import { noWay } from '../http/no-way.ts';
import { diskStageDirectory } from '../stage/prepare-disk-stage.ts';
import { removeStage, type Stage } from '../stage/stage.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import { stageName, versionOfDiskStage } from '../stage/stage-name.ts';
import { verifyStage } from '../stage/staged-package.ts';
import type { ModemPorts, UpdateOptions, UpdatePorts } from './attempt.ts';
import { removeLeftPackages } from './clear-up.ts';
import type { ReleaseDocuments } from './documents.ts';
import { fillStage } from './fill-stage.ts';
import { readAttempt } from './journal.ts';
import { prepareStageWhereKnown } from './named-disks.ts';
import { idsOf, lacksRoom, type StageDocuments } from './open-stage.ts';
import { forgetSpent } from './spent-bytes.ts';

/** Its place, before a byte is fetched: null where no copy is wanted, or the stage is on a disk already. */
export async function prepareCopy(
  { wanted, documents }: { readonly wanted: string; readonly documents: StageDocuments },
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<Result<Stage | null, StageFailure>> {
  const { keepCopyIn } = ports.download;
  if (keepCopyIn === null || wanted !== 'auto') return ok(null);
  const { version, package: its } = documents.manifest;
  const wish = {
    wanted: keepCopyIn,
    neededBytes: its.storedBytes,
    chunkIds: idsOf(documents.index),
    name: stageName(version, ports.door.key),
  };
  const prepare = () => prepareStageWhereKnown({ ...wish, platform: ports.stagePlatform }, ports, signal);
  const place = await prepare();
  if (place.ok || !lacksRoom(place.failure)) return place;
  const removed = await removeLeftPackages({ parent: keepCopyIn, version }, ports);
  return removed.length > 0 ? prepare() : place;
}

/** Nothing is paid for here: what the stage lacks makes it useless, copy or not. */
const NOBODY = noWay({ reason: 'address-refused', url: 'none', why: 'not-an-address' });

/** Where it lies. */
export async function fillCopy(
  { copy, stage }: { readonly copy: Stage; readonly stage: Stage },
  documents: ReleaseDocuments,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<Result<string, StageFailure | FetchFailure>> {
  const download = { ...ports.download, mirrors: [stage.directory], keepCopyIn: null };
  const local = { ...ports, http: NOBODY, download, budgetIsOf: 'this-run' as const, onCost: async () => {} };
  const filled = await fillStage(copy, documents, local, signal);
  if (!filled.ok) {
    // What was not there to be copied, or not what it was, is the stage's failure.
    const source = await verifyStage({ stage, ...documents }, signal);
    if (!source.ok) return source;
    // What could not be read for a moment is missing in the copy: that is told, and not that nobody was asked for it.
    if (filled.failure.reason !== 'address-refused') return filled;
  }
  const verified = await verifyStage({ stage: copy, ...documents }, signal);
  if (!verified.ok) return verified;
  const { directory } = copy;
  ports.events.onNote(`a copy is kept at ${directory}, verified, until the modem is updated`);
  return ok(directory);
}

/** After an update: what it cost is settled, and what lay on disks for this modem is not needed again; another's lies beside it. */
export async function removeKept(
  version: string,
  { stage }: Pick<UpdateOptions, 'stage'>,
  ports: UpdatePorts,
): Promise<void> {
  const name = stageName(version, ports.door.key);
  const staged = stage === 'auto' ? [] : [diskStageDirectory(stage, name)];
  const { keepCopyIn } = ports.download;
  const copied = keepCopyIn === null ? [] : [diskStageDirectory(keepCopyIn, name)];
  await forgetSpent(ports);
  for (const directory of [...staged, ...copied]) await removeFromDisk(directory, ports);
  await removeJournaled(ports);
}

/** What the modem's last attempt left on disks, which this run may not have named. */
export async function removeJournaled(ports: ModemPorts): Promise<void> {
  const last = await readAttempt(ports.stateDir, ports.door.key);
  if (!last.ok || last.value === null) return;
  const { copy, stage } = last.value;
  const directories = [copy, stage?.kind === 'disk' ? stage.directory : undefined];
  for (const directory of directories)
    if (directory !== undefined && versionOfDiskStage(basename(directory)) !== null)
      await removeFromDisk(directory, ports);
}

async function removeFromDisk(directory: string, { stagePlatform, events }: ModemPorts): Promise<void> {
  const removed = await removeStage({ directory, kind: 'disk' }, stagePlatform);
  if (!removed.ok) events.onNote(`${directory} could not be removed (${removed.failure.reason})`);
}

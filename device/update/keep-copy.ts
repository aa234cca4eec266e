/**
 * A copy of a stage in memory on a disk, made before EDL: when power fails while flash is written and the only uplink
 * lies in EDL, the next run fills its stage from there.
 */
import { ok, type Result } from '../../shared/result.ts';
import type { FetchFailure } from '../fetch/fetch-failure.ts';
import { diskStageDirectory } from '../stage/prepare-disk-stage.ts';
import { removeStage, type Stage } from '../stage/stage.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import { stageName } from '../stage/stage-name.ts';
import type { UpdateOptions, UpdatePorts } from './attempt.ts';
import { removeLeftPackages } from './clear-up.ts';
import type { ReleaseDocuments } from './documents.ts';
import { fillStage } from './fill-stage.ts';
import { prepareStageWhereKnown } from './named-disks.ts';
import { forgetSpent } from './spent-bytes.ts';

/** Nothing where no copy is wanted, or the stage is on a disk already. */
export async function keepCopy(
  stage: Stage,
  documents: ReleaseDocuments,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<Result<void, StageFailure | FetchFailure>> {
  const { keepCopyIn } = ports.download;
  if (keepCopyIn === null || stage.proof.kind === 'disk') return ok();
  const { version, package: its } = documents.manifest;
  await removeLeftPackages({ parent: keepCopyIn, version }, ports);
  const wish = {
    wanted: keepCopyIn,
    neededBytes: its.storedBytes,
    name: stageName(version, ports.door.key),
  };
  const copy = await prepareStageWhereKnown({ ...wish, platform: ports.stagePlatform }, ports, signal);
  if (!copy.ok) return copy;
  const fromStage = { ...ports.download, mirrors: [stage.directory], keepCopyIn: null };
  const filled = await fillStage(copy.value, documents, { ...ports, download: fromStage }, signal);
  if (!filled.ok) return filled;
  ports.events.onNote(`a copy is kept at ${copy.value.directory} until the modem is updated`);
  return ok();
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
  for (const directory of [...staged, ...copied]) {
    const removed = await removeStage({ directory, kind: 'disk' }, ports.stagePlatform);
    if (!removed.ok) ports.events.onNote(`${directory} could not be removed (${removed.failure.reason})`);
  }
}

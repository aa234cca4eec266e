/** A place for a package: the journal's where it still stands, else a new one. */
import { dirname } from 'node:path';
import type { PackageIndex } from '../../shared/caibx.ts';
import type { Result } from '../../shared/result.ts';
import { adoptStage } from '../stage/adopt-stage.ts';
import type { Stage } from '../stage/stage.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import { isStageNameFor, stageName } from '../stage/stage-name.ts';
import type { StageProof } from '../stage/stage-proof.ts';
import type { StageWish } from '../stage/stage-wish.ts';
import type { ModemPorts, UpdatePorts } from './attempt.ts';
import { removeLeftPackages, removeLeftStages } from './clear-up.ts';
import type { ReleaseDocuments } from './documents.ts';
import { tellCost } from './fill-stage.ts';
import { prepareStageWhereKnown } from './named-disks.ts';

/** What a stage is opened for. */
export type StageDocuments = Pick<ReleaseDocuments, 'manifest' | 'index'>;

/** A new stage for a release of the repository, where `wanted` says, and what fetching into it may cost. */
export async function openStage(
  { wanted, documents }: { readonly wanted: string; readonly documents: StageDocuments },
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<Result<Stage, StageFailure>> {
  const { version, package: its } = documents.manifest;
  const chunkIds = idsOf(documents.index);
  const order = { wanted, version, neededBytes: its.storedBytes, chunkIds, earlier: null, isFetched: true };
  const stage = await openStageFor(order, ports, signal);
  if (stage.ok) tellCost(its.storedBytes, ports);
  return stage;
}

export type StageOrder = Pick<StageWish, 'wanted' | 'neededBytes' | 'chunkIds'> & {
  readonly version: string;
  readonly earlier: StageProof | null;
  /** From a repository: what a run that died left of it in memory saves the way. */
  readonly isFetched: boolean;
};
type StagePorts = Pick<ModemPorts, 'stagePlatform' | 'stateDir' | 'events' | 'door'>;

/** The journal's stage if it is still that one; its place, where that is on a disk; or a new one where `wanted` says. */
export async function openStageFor(
  { earlier, ...order }: StageOrder,
  ports: StagePorts,
  signal: AbortSignal,
): Promise<Result<Stage, StageFailure>> {
  if (earlier === null) return openNewStage(order, ports, signal);
  const adopted = await adoptStage(earlier, ports.stagePlatform);
  if (adopted.ok) return adopted;
  if (earlier.kind !== 'disk') return openNewStage(order, ports, signal);
  // A reboot mounts the same disk under another number, and hooks and rescues do not name it.
  const { directory, mountPoint } = earlier;
  const onItsDisk = await openNewStage({ ...order, wanted: dirname(directory), mountPoint }, ports, signal);
  if (onItsDisk.ok) return onItsDisk;
  ports.events.onNote(`${directory}, where it was staged, cannot be used (${onItsDisk.failure.reason})`);
  return openNewStage(order, ports, signal);
}

async function openNewStage(
  order: Omit<StageOrder, 'earlier'> & Pick<StageWish, 'mountPoint'>,
  ports: StagePorts,
  signal: AbortSignal,
): Promise<Result<Stage, StageFailure>> {
  const { version, isFetched, ...place } = order;
  const { wanted } = place;
  const { stagePlatform: platform, door } = ports;
  const name = stageName(version, door.key);
  await removeLeftStages(
    { spares: (left) => (isFetched && left === name) || !isStageNameFor(door.key, left) },
    ports,
  );
  // What is cut from a local package is cut again at once, and in other chunks than a release's.
  const isTakenUp = wanted !== 'auto' || isFetched;
  const wish = { ...place, platform, ...(isTakenUp ? { name } : {}) };
  const prepare = () => prepareStageWhereKnown(wish, ports, signal);
  let stage = await prepare();
  if (!stage.ok && lacksMemory(stage.failure, wanted)) {
    const removed = await removeLeftStages({ spares: () => false }, ports);
    if (removed.length > 0) stage = await prepare();
  }
  if (!stage.ok && wanted !== 'auto' && lacksRoom(stage.failure)) {
    const removed = await removeLeftPackages({ parent: wanted, version }, ports);
    if (removed.length > 0) stage = await prepare();
  }
  if (stage.ok) ports.events.onNote(stage.value.says);
  return stage;
}

export function idsOf({ chunks }: PackageIndex): ReadonlySet<string> {
  return new Set(chunks.map(({ id }) => id));
}

function lacksMemory({ reason }: StageFailure, wanted: string): boolean {
  return reason === 'not-enough-memory' || (reason === 'stage-full' && wanted === 'auto');
}

export function lacksRoom({ reason }: StageFailure): boolean {
  return reason === 'not-enough-memory' || reason === 'stage-full';
}

/** A stage that holds the package: taken up from the journal where it still stands, else a new one; then filled. */
import { dirname } from 'node:path';
import type { PackageIndex } from '../../shared/caibx.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import type { FetchFailure } from '../fetch/fetch-failure.ts';
import { budgetOf, fetchPackage } from '../fetch/fetch-package.ts';
import { megabytes } from '../report/explain/explanation.ts';
import { adoptStage } from '../stage/adopt-stage.ts';
import { judgeMemory } from '../stage/judge-memory.ts';
import { stagesToTakeUp } from '../stage/left-in-memory.ts';
import { LEFT_RESERVE_BYTES } from '../stage/limits.ts';
import type { Stage } from '../stage/stage.ts';
import type { StageFailure } from '../stage/stage-failure.ts';
import { diskStagesOf, isStageNameFor, stageName } from '../stage/stage-name.ts';
import type { StageProof } from '../stage/stage-proof.ts';
import type { StageWish } from '../stage/stage-wish.ts';
import { type StagedPackage, verifyStage } from '../stage/staged-package.ts';
import { watchMemory } from '../stage/watch-memory.ts';
import type { AttemptEnd, FlashPorts, ModemPorts, UpdatePorts } from './attempt.ts';
import { removeLeftPackages, removeLeftStages } from './clear-up.ts';
import type { ReleaseDocuments } from './documents.ts';
import { isWorthKeeping } from './failure-of-line.ts';
import { prepareStageWhereKnown } from './named-disks.ts';
import type { PackageOrigin } from './package-origin.ts';
import { openAccount } from './spent-bytes.ts';

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

export function tellCost(storedBytes: number, { events, download }: UpdatePorts): void {
  const mostBytes = budgetOf(storedBytes, download.limits);
  events.onNote(
    `the package is ${megabytes(storedBytes)}; fetching it may cost ${megabytes(mostBytes)} at most`,
  );
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

export type FillPorts = Omit<UpdatePorts, 'pinnedRoot'> & {
  /** Whose bytes the budget bounds; those of all runs where nothing is said. */
  readonly budgetIsOf?: 'all-runs' | 'this-run';
  /** Hears what it has cost in the end, also where it failed. */
  readonly onCost?: (fetchedBytes: number) => Promise<unknown>;
};

/** Fetches what the stage lacks. */
export async function fillStage(
  stage: Stage,
  documents: ReleaseDocuments,
  ports: FillPorts,
  signal: AbortSignal,
): Promise<Result<number, FetchFailure>> {
  const { http, clock, random, repositoryUrl, download, events } = ports;
  const { index, manifest } = documents;
  const { version } = manifest;
  const account = await openAccount(version, ports);
  const memory = watchMemory(stage, signal);
  const fetched = await fetchPackage(
    {
      index,
      stage,
      repositoryUrl,
      limits: download.limits,
      mirrors: [...(await copiesAtHand(stage, version, ports)), ...download.mirrors],
      http,
      clock,
      random,
      storedBytes: manifest.package.storedBytes,
      onProgress: (progress) => {
        account.onProgress(progress);
        memory.onProgress(progress);
        events.onFetch(progress);
      },
      onNote: events.onNote,
      spentBefore: ports.budgetIsOf === 'this-run' ? 0 : account.spentBefore,
      onSpent: async (fetchedBytes) => {
        await account.close(fetchedBytes);
        await ports.onCost?.(fetchedBytes);
      },
    },
    memory.signal,
  );
  const shortage = signal.aborted ? null : memory.shortage();
  if (!fetched.ok) return shortage === null ? fetched : err(shortage);
  await removeBeside(stage, version, ports);
  return ok(fetched.value.fetchedBytes);
}

/** Packages of other versions on its disk, which are not given up before this one is whole. */
export async function removeBeside(
  { directory, proof }: Stage,
  version: string,
  ports: Pick<ModemPorts, 'stagePlatform' | 'stateDir' | 'events'>,
): Promise<void> {
  if (proof.kind === 'disk') await removeLeftPackages({ parent: dirname(directory), version }, ports);
}

/**
 * What earlier runs copied or staged on disks, for this modem or another, and what of it waits in memory: taken from as
 * from any mirror, and believed as little.
 */
async function copiesAtHand(
  { directory, proof }: Stage,
  version: string,
  { stagePlatform, door, download: { keepCopyIn } }: Pick<UpdatePorts, 'stagePlatform' | 'door' | 'download'>,
): Promise<readonly string[]> {
  const waiting = await stagesToTakeUp(stageName(version, door.key), stagePlatform);
  const inMemory = waiting.map((left) => left.directory);
  const copies = keepCopyIn === null ? [] : await diskStagesOf(keepCopyIn, version);
  const staged = proof.kind === 'disk' ? await diskStagesOf(dirname(directory), version) : [];
  return [...new Set([...inMemory, ...copies, ...staged])].filter((found) => found !== directory);
}

/**
 * After a failure before EDL. What a broken line brought into memory, and what waits there for its window or for a hand,
 * is left for the next run where the machine has memory enough beside it; else, and after any other failure, the memory
 * is given back.
 */
export async function setAsideAfter(
  failure: UpdateFailure,
  stage: Stage,
  { stagePlatform: platform, events }: Pick<ModemPorts, 'stagePlatform' | 'events'>,
): Promise<void> {
  const isWorthIt = stage.proof.kind !== 'disk' && isWorthKeeping(failure);
  if (!isWorthIt || !(await judgeMemory({ platform, reserveBytes: LEFT_RESERVE_BYTES }, 0)).ok) {
    await stage.setAside();
    return;
  }
  await stage.leave();
  events.onNote(`what arrived waits in memory at ${stage.directory} for the next run`);
}

/** After an attempt that is over: what was flashed is not needed again, what was not may be. */
export async function putAway(
  stage: Stage,
  { outcome, failure }: Pick<AttemptEnd, 'outcome' | 'failure'>,
  ports: Pick<ModemPorts, 'stagePlatform' | 'events'>,
): Promise<void> {
  // A run that was killed before the first erase is begun anew, with what it had staged.
  if (failure?.reason === 'broken-off-before-erase') await stage.leave();
  else if (outcome === 'updated') await stage.release();
  else if (failure === null) await stage.setAside();
  else await setAsideAfter(failure, stage, ports);
}

/** The same for a stage that only the journal knows: its modem needed nothing more of it. */
export async function putAwayJournaled(
  proof: StageProof | null,
  end: Pick<AttemptEnd, 'outcome' | 'failure'>,
  ports: Pick<ModemPorts, 'stagePlatform' | 'events'>,
): Promise<void> {
  const adopted = proof === null ? null : await adoptStage(proof, ports.stagePlatform);
  if (adopted?.ok) await putAway(adopted.value, end, ports);
}

/** Whole and proved; had again from where it came from where something is missing or damaged. */
export async function healStage(
  stage: Stage,
  documents: ReleaseDocuments,
  origin: Pick<PackageOrigin, 'refill'>,
  ports: FlashPorts,
  signal: AbortSignal,
): Promise<Result<StagedPackage, UpdateFailure>> {
  const verified = await verifyStage({ stage, ...documents }, signal);
  if (verified.ok) return verified;
  const filled = await origin.refill(stage, documents, ports, signal);
  return filled.ok ? verifyStage({ stage, ...documents }, signal) : filled;
}

/** A stage gets what it lacks of a package, and what becomes of it once its run ends. */
import { dirname } from 'node:path';
import { ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import type { FetchFailure } from '../fetch/fetch-failure.ts';
import { budgetOf, fetchPackage } from '../fetch/fetch-package.ts';
import { megabytes } from '../report/explain/explanation.ts';
import { adoptStage } from '../stage/adopt-stage.ts';
import { judgeMemory } from '../stage/judge-memory.ts';
import { stagesToTakeUp } from '../stage/left-in-memory.ts';
import { LEFT_RESERVE_BYTES } from '../stage/limits.ts';
import type { Stage } from '../stage/stage.ts';
import { diskStagesOf, stageName } from '../stage/stage-name.ts';
import type { StageProof } from '../stage/stage-proof.ts';
import { type StagedPackage, verifyStage } from '../stage/staged-package.ts';
import type { AttemptEnd, FlashPorts, ModemPorts, UpdatePorts } from './attempt.ts';
import { removeLeftPackages } from './clear-up.ts';
import type { ReleaseDocuments } from './documents.ts';
import { isWorthKeeping } from './failure-of-line.ts';
import type { PackageOrigin } from './package-origin.ts';
import { openAccount } from './spent-bytes.ts';

/** What fetching may cost, before the first byte. */
export function tellCost(storedBytes: number, { events, download }: UpdatePorts): void {
  const mostBytes = budgetOf(storedBytes, download.limits);
  events.onNote(
    `the package is ${megabytes(storedBytes)}; fetching it may cost ${megabytes(mostBytes)} at most`,
  );
}

export type FillPorts = Omit<UpdatePorts, 'pinnedRoot'> & {
  /** Whose bytes the budget bounds; those of all runs where nothing is said. */
  readonly budgetIsOf?: 'all-runs' | 'this-run';
  /** Hears how many bytes came in the end, also where it failed. */
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
      onProgress: (progress, spentBytes) => {
        account.onSpent(spentBytes);
        events.onFetch(progress);
      },
      onNote: events.onNote,
      spentBefore: ports.budgetIsOf === 'this-run' ? 0 : account.spentBefore,
      onSpent: async (spentBytes, fetchedBytes) => {
        await account.close(spentBytes);
        await ports.onCost?.(fetchedBytes);
      },
    },
    signal,
  );
  if (!fetched.ok) return fetched;
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
  const wish = { platform, reserveBytes: LEFT_RESERVE_BYTES, except: stage.directory };
  if (!isWorthIt || !(await judgeMemory(wish, 0)).ok) {
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

/**
 * The chunks of a package that the stage lacks, fetched into it. The stage itself is the state of the download:
 * what lies there is hashed, what is right is kept, and whatever ended the last run, the next one fetches the rest
 * (ota 2: state derivable from the staged bytes).
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath, type PackageIndex } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import { CHUNK_STORED_MAX_BYTES } from '../../shared/limits.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { Http } from '../http/http.ts';
import { readChunk, type WantedChunk } from '../stage/chunk-file.ts';
import { codeOf } from '../stage/error-code.ts';
import type { Stage } from '../stage/stage.ts';
import { checkStageProof } from '../stage/stage-proof.ts';
import { startBudget } from './budget.ts';
import { chunkBases } from './chunk-bases.ts';
import type { ChunkFetch } from './chunk-fetch.ts';
import { fetchChunk } from './fetch-chunk.ts';
import type { FetchFailure } from './fetch-failure.ts';
import {
  BUDGET_FACTOR,
  CHUNK_OF_MIRROR_MAX_MS,
  FETCH_MAX_MS,
  PARALLEL_CHUNKS,
  REQUEST_MAX_MS,
  SILENCE_MS,
} from './limits.ts';
import { partMemories } from './part-memories.ts';
import { limitRate, UNLIMITED } from './rate-limit.ts';
import { type FetchProgress, type FetchSummary, startTally } from './tally.ts';

export type FetchLimits = {
  /** What the download may cost (`budget.ts`); by default twice the package, and a chunk. */
  readonly budgetBytes?: number;
  readonly silenceMs?: number;
  /** How long all of it may take. */
  readonly fetchMaxMs?: number;
  /** How long one request may go on bringing bytes. */
  readonly requestMaxMs?: number;
  /** How long one chunk may take of a mirror, beside what `bytesPerSecond` holds it back. */
  readonly mirrorChunkMaxMs?: number;
  /** Bytes of bodies in a second, of all connections together. */
  readonly bytesPerSecond?: number;
};

/** Bytes that a download may cost. */
export function budgetOf(storedBytes: number, { budgetBytes }: FetchLimits): number {
  return budgetBytes ?? BUDGET_FACTOR * storedBytes + CHUNK_STORED_MAX_BYTES;
}

export type PackageFetch = {
  readonly index: PackageIndex;
  /** Stored size of the package, from its manifest. */
  readonly storedBytes: number;
  readonly stage: Stage;
  /** The repository's address, without `/v1`. */
  readonly repositoryUrl: string;
  /** Directories and addresses that hold the same chunks, tried in order before the repository. */
  readonly mirrors?: readonly string[];
  readonly http: Http;
  readonly clock: Clock;
  /** 0 up to 1, for jitter. */
  readonly random: () => number;
  /** `spentBytes`: what this run has spent of the budget by then. */
  readonly onProgress: (progress: FetchProgress, spentBytes: number) => void;
  readonly onNote?: (note: string) => void;
  readonly limits?: FetchLimits;
  /** What earlier runs have spent of the budget. */
  readonly spentBefore?: number;
  /** Hears at the end, however it ends, what this run has spent of the budget, and how many bytes came. */
  readonly onSpent?: (spentBytes: number, fetchedBytes: number) => Promise<void>;
};

export async function fetchPackage(
  wanted: PackageFetch,
  signal: AbortSignal,
): Promise<Result<FetchSummary, FetchFailure>> {
  const { index, storedBytes, stage, limits, spentBefore = 0 } = wanted;
  const budget = startBudget(budgetOf(storedBytes, limits ?? {}), spentBefore);
  const tally = startTally(storedBytes, (progress) => wanted.onProgress(progress, budget.spentHereBytes()));
  const rate = limits?.bytesPerSecond;
  const fetch: ChunkFetch = {
    ...wanted,
    tally,
    budget,
    bases: chunkBases(wanted.mirrors ?? [], wanted.repositoryUrl),
    silenceMs: limits?.silenceMs ?? SILENCE_MS,
    requestMaxMs: limits?.requestMaxMs ?? REQUEST_MAX_MS,
    mirrorChunkMaxMs: (limits?.mirrorChunkMaxMs ?? CHUNK_OF_MIRROR_MAX_MS) + heldBackMs(rate),
    rateLimit: rate === undefined ? UNLIMITED : limitRate(rate, wanted.clock),
    memories: partMemories(),
    onNote: wanted.onNote ?? (() => {}),
  };

  const chunks = uniqueChunks(index).values();
  const begun = await chunksBegunIn(stage.directory);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let failure: FetchFailure | undefined;
  const worker = async () => {
    for (const chunk of chunks) {
      if (either.aborted) return;
      const staged = await onDisk(stage, storedBytes, () => {
        // Nobody looks for each of those of which nothing was there.
        const isNew = begun?.has(chunk.id) === false;
        return isNew ? fetchChunk({ chunk, isNew }, fetch, either) : stageChunk(chunk, fetch, either);
      });
      if (staged.ok) continue;
      failure ??= staged.failure;
      stop.abort();
    }
  };
  const afterMs = limits?.fetchMaxMs ?? FETCH_MAX_MS;
  const timer = setTimeout(() => {
    failure ??= { reason: 'fetch-too-slow', fetchedBytes: tally.summary().fetchedBytes, afterMs };
    stop.abort();
  }, afterMs);
  try {
    // A bug in one of them ends all, and nothing is given back before the last has left it.
    const workers = Array.from({ length: PARALLEL_CHUNKS }, () =>
      worker().catch((bug: unknown) => {
        stop.abort();
        throw bug;
      }),
    );
    const ended = await Promise.allSettled(workers);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  } finally {
    clearTimeout(timer);
    fetch.memories.giveAllBack();
    await wanted.onSpent?.(budget.spentHereBytes(), tally.summary().fetchedBytes);
  }
  if (signal.aborted) return err({ reason: 'interrupted' });
  return failure === undefined ? ok(tally.summary()) : err(withWholeCost(failure, fetch));
}

/** How long a rate limit makes the largest chunks take that share it. */
function heldBackMs(bytesPerSecond: number | undefined): number {
  return bytesPerSecond === undefined
    ? 0
    : (PARALLEL_CHUNKS * CHUNK_STORED_MAX_BYTES * 1000) / bytesPerSecond;
}

/** The chunks that were under way beside the one that failed have cost bytes too. */
function withWholeCost(failure: FetchFailure, { budget, tally }: ChunkFetch): FetchFailure {
  if (failure.reason === 'byte-budget-spent') return { ...failure, fetchedBytes: budget.spentBytes() };
  if (failure.reason === 'fetch-too-slow') return { ...failure, fetchedBytes: tally.summary().fetchedBytes };
  return failure;
}

/** A package may hold the same chunk twice; it is stored once. */
function uniqueChunks(index: PackageIndex): ReadonlyMap<string, WantedChunk> {
  return new Map(index.chunks.map(({ id, sizeBytes }) => [id, { id, sizeBytes }]));
}

/** Ids of chunks of which the stage holds anything, whole or not; null where it cannot be listed. */
async function chunksBegunIn(directory: string): Promise<ReadonlySet<string> | null> {
  const names = await readdir(directory, { recursive: true }).catch(() => null);
  return names && new Set(names.flatMap((name) => /([0-9a-f]{64})\.cacnk[^/]*$/.exec(name)?.[1] ?? []));
}

async function stageChunk(
  chunk: WantedChunk,
  fetch: ChunkFetch,
  signal: AbortSignal,
): Promise<Result<void, FetchFailure>> {
  const { stage, tally } = fetch;
  const present = await readChunk(stage.directory, chunk);
  if (present.ok) {
    giveBack(present.value.bytes);
    tally.reused(present.value.storedBytes);
    return ok();
  }
  if (present.failure.reason !== 'chunk-missing') {
    await rm(join(stage.directory, chunkPath(chunk.id)), { recursive: true, force: true });
  }
  return fetchChunk({ chunk, isNew: false }, fetch, signal);
}

/** Whatever fails on a stage that is no longer there fails because of that; else the filesystem's word counts. */
async function onDisk(
  stage: Stage,
  storedBytes: number,
  work: () => Promise<Result<void, FetchFailure>>,
): Promise<Result<void, FetchFailure>> {
  const worked = await work().catch((error: unknown) => refused(codeOf(error), stage, storedBytes));
  if (worked.ok || worked.failure.reason === 'interrupted') return worked;
  const proved = await checkStageProof(stage.proof, stage.platform);
  return proved.ok ? worked : proved;
}

async function refused(
  code: string,
  { directory, platform }: Stage,
  neededBytes: number,
): Promise<Result<void, FetchFailure>> {
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return err({ reason: 'directory-unusable', directory, code });
  const fileSystem = await platform.fileSystem(directory);
  const availableBytes = fileSystem.ok ? fileSystem.value.availableBytes : 0;
  return err({ reason: 'stage-full', directory, neededBytes, availableBytes });
}

/** One chunk into the stage, from whichever base has it. */
import { stat } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import { checkChunk, type WantedChunk } from '../stage/chunk-file.ts';
import { type ChunkBase, nameOfBase } from './chunk-bases.ts';
import { type ChunkFetch, keepPart, proveStage } from './chunk-fetch.ts';
import { copyChunk } from './copy-chunk.ts';
import { downloadChunk } from './download-chunk.ts';
import type { FetchFailure } from './fetch-failure.ts';
import { openPart, type PartFile } from './part-file.ts';

/** Throws the system errors of the stage's filesystem. */
export async function fetchChunk(
  { chunk, isNew }: { readonly chunk: WantedChunk; readonly isNew: boolean },
  fetch: ChunkFetch,
  signal: AbortSignal,
): Promise<Result<void, FetchFailure>> {
  const { directory, proof } = fetch.stage;
  const part = await openPart(directory, chunk.id, {
    durably: proof.kind === 'disk',
    isNew,
    memories: fetch.memories,
  });
  try {
    return await completePart(part, chunk, fetch, signal);
  } finally {
    await part.close();
  }
}

async function completePart(
  part: PartFile,
  chunk: WantedChunk,
  fetch: ChunkFetch,
  signal: AbortSignal,
): Promise<Result<void, FetchFailure>> {
  fetch.tally.reused(part.sizeBytes());
  // An earlier run may have ended between the last byte and the chunk's name.
  const isWhole = part.sizeBytes() > 0 && checkChunk(part.content(), chunk).ok;
  const arrived = isWhole ? ok() : await fromBases(chunk, part, fetch, signal);
  if (!arrived.ok) {
    const kept = await keepPart(part, fetch);
    return kept.ok ? arrived : kept;
  }
  const proved = await proveStage(fetch);
  if (proved.ok) await part.finish();
  return proved;
}

/** The failure is the last base's: the repository's own. */
async function fromBases(
  chunk: WantedChunk,
  part: PartFile,
  fetch: ChunkFetch,
  signal: AbortSignal,
): Promise<Result<void, FetchFailure>> {
  let arrived: Result<void, FetchFailure> = ok();
  for (const base of fetch.bases.inOrder()) {
    arrived =
      base.kind === 'directory'
        ? await fetch.bases.inTurn(() => fromDirectory(base, chunk, part, fetch, signal))
        : await judged(base, fetch, await downloadChunk({ chunk, part, base }, fetch, signal));
    if (arrived.ok || !isOfItsBase(arrived.failure)) return arrived;
    part.forgetEtag();
  }
  return arrived;
}

async function fromDirectory(
  base: Extract<ChunkBase, { kind: 'directory' }>,
  chunk: WantedChunk,
  part: PartFile,
  fetch: ChunkFetch,
  signal: AbortSignal,
): Promise<Result<void, FetchFailure>> {
  // Given up while this one waited for its turn.
  if (!fetch.bases.isUsable(base)) return err({ reason: 'chunk-missing', id: chunk.id, file: null });
  return judged(base, fetch, await copyChunk(base.path, chunk, part, fetch, signal));
}

/** What failed counts against its base. */
async function judged(
  base: ChunkBase,
  { bases, onNote }: ChunkFetch,
  arrived: Result<void, FetchFailure>,
): Promise<Result<void, FetchFailure>> {
  if (arrived.ok || !isOfItsBase(arrived.failure)) return arrived;
  const { failure } = arrived;
  if (await isOnlyIncomplete(base, failure)) return arrived;
  const forGood = failure.reason === 'chunk-unreadable' && failure.code === 'ETIMEDOUT';
  if (bases.hasFailed(base, { forGood }))
    onNote(`${nameOfBase(base)} is not asked any more (${failure.reason})`);
  return arrived;
}

/** A directory that is there and lacks a chunk has cost nothing, and may hold the next; one that is gone holds none. */
async function isOnlyIncomplete(base: ChunkBase, { reason }: FetchFailure): Promise<boolean> {
  if (base.kind !== 'directory' || reason !== 'chunk-missing') return false;
  return stat(base.path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Failures that another base may not have. */
function isOfItsBase({ reason }: FetchFailure): boolean {
  switch (reason) {
    case 'repository-unreachable':
    case 'repository-busy':
    case 'chunk-refused':
    case 'chunk-too-large':
    case 'chunk-encoded':
    case 'chunk-is-a-page':
    case 'chunk-missing':
    case 'chunk-content-wrong':
    case 'chunk-unreadable':
    case 'address-refused':
    case 'interface-not-usable':
    case 'interface-not-the-way':
    case 'proxy-not-usable':
      return true;
    default:
      return false;
  }
}

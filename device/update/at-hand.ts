/**
 * How much of a package would have to be fetched, because it is not on this machine. What lies there is read, unpacked
 * and hashed as the fetch will do it again: a chunk that is wrong would be fetched over a line that costs, with nobody
 * asked. That is paid for only where a line costs and something is there to be read.
 */
import type { PackageIndex } from '../../shared/caibx.ts';
import { giveBack } from '../../shared/give-back.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { readMirror, storesIn } from '../fetch/chunk-bases.ts';
import { inTime } from '../fetch/in-time.ts';
import { BASE_FAILURES_MAX, CHUNK_OF_MIRROR_MAX_MS } from '../fetch/limits.ts';
import { readChunk, type WantedChunk } from '../stage/chunk-file.ts';
import { stagesToTakeUp } from '../stage/left-in-memory.ts';
import { diskStageDirectory } from '../stage/prepare-disk-stage.ts';
import { diskStagesOf, stageName } from '../stage/stage-name.ts';
import type { UpdatePorts } from './attempt.ts';

/** What the fetch takes chunks from without the network. */
export type Store = {
  /** Where a chunk may lie, tried in order. */
  readonly directories: readonly string[];
  /** The stage is mended chunk by chunk; any other that is wrong too often is not asked any more. */
  readonly isStage: boolean;
};

/** A stage or copies on disks, a stage left in memory that will be taken up or read, mirrors that are directories. */
export async function storesAtHand(
  stage: string,
  { version }: Pick<ReleaseManifest, 'version'>,
  {
    download: { mirrors, keepCopyIn },
    stagePlatform,
    door,
  }: Pick<UpdatePorts, 'download' | 'stagePlatform' | 'door'>,
): Promise<readonly Store[]> {
  const name = stageName(version, door.key);
  const own = stage === 'auto' ? null : diskStageDirectory(stage, name);
  const parents = [stage === 'auto' ? null : stage, keepCopyIn].filter((parent) => parent !== null);
  const onDisks = (await Promise.all(parents.map((parent) => diskStagesOf(parent, version)))).flat();
  const inMemory = await stagesToTakeUp(name, stagePlatform);
  return [
    ...inMemory.map(({ directory }) => ({ directories: [directory], isStage: stage === 'auto' })),
    ...onDisks.map((directory) => ({ directories: [directory], isStage: directory === own })),
    ...mirrors
      .map(readMirror)
      .flatMap((base) =>
        base.kind === 'directory' ? [{ directories: storesIn(base.path), isStage: false }] : [],
      ),
  ];
}

/** Uncompressed bytes of the chunks that no store gives; after an interruption, of those that it had not looked for too. */
export async function missingBytes(
  index: PackageIndex,
  stores: readonly Store[],
  signal: AbortSignal,
): Promise<number> {
  const wrongChunks = new Map<Store, number>();
  const givenBy = new Map<string, Store>();
  const hanging = new Set<Store>();
  for (const chunk of new Map(index.chunks.map((each) => [each.id, each])).values()) {
    if (signal.aborted) break;
    for (const store of stores) {
      if (hanging.has(store)) continue;
      const found = await look(chunk, store, signal);
      if (found === 'hangs') hanging.add(store);
      if (found === 'right') givenBy.set(chunk.id, store);
      if (found === 'right') break;
      if (found === 'wrong') wrongChunks.set(store, (wrongChunks.get(store) ?? 0) + 1);
    }
  }
  const isGivenUp = (store: Store) =>
    hanging.has(store) || (!store.isStage && (wrongChunks.get(store) ?? 0) >= BASE_FAILURES_MAX);
  return index.chunks.reduce((missing, { id, sizeBytes }) => {
    const store = givenBy.get(id);
    return store === undefined || isGivenUp(store) ? missing + sizeBytes : missing;
  }, 0);
}

async function look(
  chunk: WantedChunk,
  { directories }: Store,
  signal: AbortSignal,
): Promise<'right' | 'wrong' | 'missing' | 'hangs'> {
  let isWrong = false;
  for (const directory of directories) {
    const read = await inTime(readChunk(directory, chunk), CHUNK_OF_MIRROR_MAX_MS, signal);
    if (read === null) return 'hangs';
    if (read.ok) {
      giveBack(read.value.bytes);
      return 'right';
    }
    isWrong ||= read.failure.reason !== 'chunk-missing';
  }
  return isWrong ? 'wrong' : 'missing';
}

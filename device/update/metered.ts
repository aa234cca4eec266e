/** Before a package is fetched: may it be, where the way to the repository roams or is metered? */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath, type PackageIndex } from '../../shared/caibx.ts';
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { readMirror, storesIn } from '../fetch/chunk-bases.ts';
import { mayBeRoaming } from '../modem/snapshot.ts';
import type { RepositoryView } from '../repository/refresh-repository.ts';
import type { UplinkCost } from '../router/uplink-cost.ts';
import { stagesLeftInMemory } from '../stage/left-in-memory.ts';
import { diskStagesOf, stageName } from '../stage/stage-name.ts';
import type { UpdateOptions, UpdatePorts } from './attempt.ts';
import { METERED_FREE_BYTES } from './limits.ts';

export type MeteredFailure =
  | (UplinkCost & { readonly reason: 'uplink-metered'; readonly neededBytes: number })
  | { readonly reason: 'not-wanted-by-user' };

/** Asked before the attempt begins: a device that waits for a better uplink has nothing to report. */
export async function mayDownload(
  { view, manifest }: { readonly view: RepositoryView; readonly manifest: ReleaseManifest },
  { stage, metered, askCost }: Pick<UpdateOptions, 'stage' | 'metered' | 'askCost'>,
  ports: UpdatePorts,
  signal: AbortSignal,
): Promise<Result<void, UpdateFailure>> {
  if (metered === 'allow' || manifest.package.storedBytes <= METERED_FREE_BYTES) return ok();
  const cost = await ports.surroundings.uplinkCost(() => mayBeRoaming(ports.door, signal));
  if (cost === null) return ok();
  const read = await view.readIndex(manifest, signal);
  if (!read.ok) return read;
  const neededBytes = await missingBytes(
    read.value.index,
    manifest,
    await storesAtHand(stage, manifest, ports),
  );
  if (neededBytes <= METERED_FREE_BYTES) return ok();
  if (metered === 'ask' && askCost !== null) {
    return (await askCost(cost, neededBytes))
      ? ok()
      : err({ reason: signal.aborted ? 'interrupted' : 'not-wanted-by-user' });
  }
  return err({ reason: 'uplink-metered', ...cost, neededBytes });
}

/** Directories that may hold chunks of it already: a stage or a copy on a disk, one left in memory, mirrors here. */
async function storesAtHand(
  stage: string,
  { version }: ReleaseManifest,
  { download: { mirrors, keepCopyIn }, stagePlatform, door }: UpdatePorts,
): Promise<readonly string[]> {
  const onDisks = [stage === 'auto' ? null : stage, keepCopyIn].filter((directory) => directory !== null);
  const left = stage === 'auto' ? await stagesLeftInMemory(stagePlatform) : [];
  const own = left.filter(({ record }) => record?.name === stageName(version, door.key));
  const bases = mirrors.map(readMirror);
  return [
    ...(await Promise.all(onDisks.map((directory) => diskStagesOf(directory, version)))).flat(),
    ...own.map(({ directory }) => directory),
    ...bases.flatMap((base) => (base.kind === 'directory' ? storesIn(base.path) : [])),
  ];
}

/** By the share of the package that is at hand: how well one chunk is compressed its index does not say. */
async function missingBytes(
  index: PackageIndex,
  manifest: ReleaseManifest,
  stores: readonly string[],
): Promise<number> {
  let missing = 0;
  for (const { id, sizeBytes } of index.chunks) {
    const isThere = await Promise.all(
      stores.map((store) =>
        stat(join(store, chunkPath(id))).then(
          (file) => file.size > 0,
          () => false,
        ),
      ),
    );
    if (!isThere.includes(true)) missing += sizeBytes;
  }
  return Math.ceil((manifest.package.storedBytes * missing) / index.sizeBytes);
}

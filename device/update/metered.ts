/** Before a package is fetched: may it be, where the way to the repository roams or is metered? */
import type { ReleaseManifest } from '../../shared/release.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { UpdateFailure } from '../failure.ts';
import { mayBeRoaming } from '../modem/snapshot.ts';
import type { RepositoryView } from '../repository/refresh-repository.ts';
import type { UplinkCost } from '../router/uplink-cost.ts';
import { missingBytes, storesAtHand } from './at-hand.ts';
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
  const { index } = read.value;
  const missing = await missingBytes(index, await storesAtHand(stage, manifest, ports), signal);
  if (signal.aborted) return err({ reason: 'interrupted' });
  // By the share of the package: how well one chunk is compressed its index does not say.
  const neededBytes = Math.ceil((manifest.package.storedBytes * missing) / index.sizeBytes);
  if (neededBytes <= METERED_FREE_BYTES) return ok();
  if (metered === 'ask' && askCost !== null) {
    return (await askCost(cost, neededBytes))
      ? ok()
      : err({ reason: signal.aborted ? 'interrupted' : 'not-wanted-by-user' });
  }
  return err({ reason: 'uplink-metered', ...cost, neededBytes });
}

/**
 * What only eMMC knows (edl 1c): patches of the partition table on the disk itself, and which drive the modem
 * boots from. For NAND neither has a meaning, so neither can be asked for with one.
 */
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import type { FirehoseLink } from './link.ts';
import { refuseProtected } from './protected.ts';
import type { ConfiguredProgrammer } from './start.ts';
import type { BlockStorage } from './storage.ts';
import { expectAck } from './write.ts';

export type BlockFlash = {
  readonly storage: BlockStorage;
  readonly protectedRanges: Parameters<typeof refuseProtected>[1]['protectedRanges'];
};

/**
 * Sends the patches that are for the disk, verbatim and in order, and gives their number. Others patch files on the
 * host, and are not for the modem. A place counted from the disk's end, where the copy of the partition table lies,
 * is the programmer's to compute.
 */
export async function sendDiskPatches(
  link: FirehoseLink,
  patches: readonly Attributes[],
  { functions }: Pick<ConfiguredProgrammer, 'functions'>,
  flash: BlockFlash,
  signal?: AbortSignal,
): Promise<Result<number, FirehoseFailure>> {
  const forDisk = patches.filter((patch) => attributeOf(patch, 'filename') === 'DISK');
  if (forDisk.length > 0 && functions.length > 0 && !functions.includes('patch'))
    return err({ reason: 'programmer-lacks-function', needed: 'patch' });
  for (const patch of forDisk) {
    const place = attributeOf(patch, 'start_sector') ?? '';
    const allowed = judgePlace(place, flash);
    if (!allowed.ok) return allowed;
    const sent = await expectAck(link, 'patch', patch, link.timings.replyMs, signal);
    if (!sent.ok) return sent;
  }
  return ok(forDisk.length);
}

/** Drive 0 is the user area of eMMC; 1 and 2 are its boot areas. */
export function setBootableStorageDrive(
  link: FirehoseLink,
  _storage: BlockStorage,
  drive: 0 | 1 | 2,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const attributes: Attributes = [['value', String(drive)]];
  return expectAck(link, 'setbootablestoragedrive', attributes, link.timings.replyMs, signal);
}

function judgePlace(place: string, flash: BlockFlash): Result<void, FirehoseFailure> {
  if (/^\d{1,15}$/.test(place)) return refuseProtected({ startSector: Number(place), sectorCount: 1 }, flash);
  if (/^NUM_DISK_SECTORS-\d{1,6}\.?$/.test(place)) return ok();
  const why = `a patch for sector ${place.slice(0, 40)}, which was not sent`;
  return err({ reason: 'programmer-answer-unexpected', command: 'patch', why });
}

function attributeOf(attributes: Attributes, wanted: string): string | undefined {
  return attributes.find(([name]) => name === wanted)?.[1];
}

/** What flashing a disk (eMMC) has beyond flashing NAND; each step is nothing for NAND. */
import { clearedFirst, type FlashPlan } from '../../shared/flash-plan.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import { sendDiskPatches, setBootableStorageDrive } from '../firehose/block-storage.ts';
import { clearSectors } from '../firehose/clear.ts';
import type { FirehoseFailure } from '../firehose/firehose-failure.ts';
import type { FirehoseLink } from '../firehose/link.ts';
import { judgeOwnTable, readOwnTable } from '../firehose/own-partitions.ts';
import type { ConfiguredProgrammer } from '../firehose/start.ts';

/** The user area: what the boot ROM of a module with eMMC reads, and all that is flashed. */
const USER_AREA = 0;

/** Gate 2 of a disk: the programmer can do all of it, and the modem's own table has calibration where the catalogue has it. */
export async function judgeDisk(
  link: FirehoseLink,
  plan: FlashPlan,
  { functions }: ConfiguredProgrammer,
  signal?: AbortSignal,
): Promise<Result<void, FirehoseFailure>> {
  const { storage, patches } = plan;
  if (storage.type === 'nand') return ok();
  const needed = ['setbootablestoragedrive', ...(patches.length === 0 ? [] : ['patch'])];
  const missing = functions.length === 0 ? undefined : needed.find((name) => !functions.includes(name));
  if (missing !== undefined) return err({ reason: 'programmer-lacks-function', needed: missing });
  const table = await readOwnTable(link, storage, signal);
  if (!table.ok) return table;
  // A table that a cut left half written is no witness.
  return table.value?.isIntact ? judgeOwnTable(table.value, plan) : ok();
}

/** From here on the boot ROM finds nothing to start, whatever happens next: the modem falls back into EDL. */
export async function clearBootPartition(
  link: FirehoseLink,
  plan: FlashPlan,
  { payloadBytes }: ConfiguredProgrammer,
  onProgress: (bytes: number) => void,
): Promise<Result<void, FirehoseFailure>> {
  for (const program of clearedFirst(plan)) {
    const cleared = await clearSectors(link, program, { flash: plan, payloadBytes, onProgress });
    if (!cleared.ok) return cleared;
  }
  return ok();
}

export function clearedBytes(plan: FlashPlan): number {
  return clearedFirst(plan).reduce(
    (sum, { sectorCount }) => sum + sectorCount * sectorBytesOf(plan.storage),
    0,
  );
}

/** Once all but the boot partition is there: the table's fields for this very disk, and the table proved whole. */
export async function finishTable(
  link: FirehoseLink,
  plan: FlashPlan,
  programmer: ConfiguredProgrammer,
): Promise<Result<void, FirehoseFailure>> {
  const { storage, protectedRanges, patches, programs } = plan;
  if (storage.type === 'nand') return ok();
  const commands = patches.map(({ attributes }) => attributes);
  const sent = await sendDiskPatches(link, commands, programmer, { storage, protectedRanges });
  if (!sent.ok) return sent;
  if (!programs.some(({ startSector }) => startSector === 0)) return ok();
  const table = await readOwnTable(link, storage);
  if (!table.ok) return table;
  if (table.value === null || !table.value.isIntact) return err({ reason: 'partition-table-not-intact' });
  return judgeOwnTable(table.value, plan);
}

/** The last word before the restart. */
export async function chooseBootDrive(
  link: FirehoseLink,
  { storage }: FlashPlan,
): Promise<Result<void, FirehoseFailure>> {
  return storage.type === 'nand' ? ok() : setBootableStorageDrive(link, storage, USER_AREA);
}

/**
 * The partition table that a NAND modem has now, read from the modem itself: gate 2 asks it where calibration lies. The
 * catalogue has that place from packages, and of some models by analogy.
 */
import { concatBytes } from '../../shared/bytes.ts';
import { isCalibrationPartition } from '../../shared/calibration-partitions.ts';
import { type NamedRange, parsePartitionTable } from '../../shared/partition-table.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type NandStorage, sectorBytesOf } from '../../shared/storage.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { NAND_TABLE_PAGES, NAND_TABLE_STARTS } from './limits.ts';
import type { FirehoseLink } from './link.ts';
import { rangeAttributes } from './range-attributes.ts';
import { readSectors } from './read.ts';

/**
 * The first table that names calibration; null where none of the known places holds one. A page that the programmer
 * does not read is a place without one.
 */
export async function readNandTable(
  link: FirehoseLink,
  storage: NandStorage,
  signal?: AbortSignal,
): Promise<Result<readonly NamedRange[] | null, FirehoseFailure>> {
  const places = NAND_TABLE_STARTS.filter((start) => start + NAND_TABLE_PAGES <= storage.totalPages);
  for (const startSector of places) {
    const head = await readHead(link, { startSector, storage }, signal);
    if (!head.ok && head.failure.reason === 'programmer-refused') continue;
    if (!head.ok) return head;
    const partitions = parsePartitionTable(head.value, storage);
    if (partitions?.some(({ name }) => isCalibrationPartition(name))) return ok(partitions);
  }
  return ok(null);
}

async function readHead(
  link: FirehoseLink,
  { startSector, storage }: { readonly startSector: number; readonly storage: NandStorage },
  signal?: AbortSignal,
): Promise<Result<Uint8Array, FirehoseFailure>> {
  const pieces: Uint8Array[] = [];
  const keep = async (piece: Uint8Array): Promise<Result<void, FirehoseFailure>> => {
    pieces.push(piece);
    return ok();
  };
  const range = rangeAttributes({ startSector, sectorCount: NAND_TABLE_PAGES }, storage);
  const read = await readSectors(link, range, NAND_TABLE_PAGES * sectorBytesOf(storage), keep, signal);
  return read.ok ? ok(concatBytes(pieces)) : err(read.failure);
}

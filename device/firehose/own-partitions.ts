/**
 * The partition table that a disk has now, read from the modem itself: gate 2 asks it where calibration lies, and once a
 * new table is programmed and patched it must be whole before anything can boot by it.
 */
import { concatBytes } from '../../shared/bytes.ts';
import { isCalibrationPartition } from '../../shared/calibration-partitions.ts';
import type { FlashPlan } from '../../shared/flash-plan.ts';
import { type Gpt, parseGpt } from '../../shared/gpt.ts';
import { GPT_SECTORS } from '../../shared/limits.ts';
import { findMovedRange, type NamedRange } from '../../shared/partition-table.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { overlaps } from '../../shared/sector-range.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import type { FirehoseLink } from './link.ts';
import { rangeAttributes } from './range-attributes.ts';
import { readSectors } from './read.ts';
import type { BlockStorage } from './storage.ts';

/** null where the disk begins with no table, as one whose flashing was cut may. */
export async function readOwnTable(
  link: FirehoseLink,
  storage: BlockStorage,
  signal?: AbortSignal,
): Promise<Result<Gpt | null, FirehoseFailure>> {
  const table = rangeAttributes({ startSector: 0, sectorCount: GPT_SECTORS }, storage);
  const pieces: Uint8Array[] = [];
  const keep = async (piece: Uint8Array): Promise<Result<void, FirehoseFailure>> => {
    pieces.push(piece);
    return ok();
  };
  const read = await readSectors(link, table, GPT_SECTORS * sectorBytesOf(storage), keep, signal);
  return read.ok ? ok(parseGpt(concatBytes(pieces))) : read;
}

/** Calibration must lie where the catalogue has it, and the plan must not touch what the modem itself calls so. */
export function judgeOwnTable(
  { partitions }: { readonly partitions: readonly NamedRange[] },
  { protectedRanges, programs, erases }: Pick<FlashPlan, 'protectedRanges' | 'programs' | 'erases'>,
): Result<void, FirehoseFailure> {
  const moved = findMovedRange(partitions, protectedRanges);
  if (moved !== null) {
    const { wanted, found } = moved;
    return err({
      reason: 'modem-partitions-differ',
      partition: found.name,
      wantedSector: wanted.startSector,
      foundSector: found.startSector,
    });
  }
  const touched = partitions
    .filter(({ name }) => isCalibrationPartition(name))
    .find((partition) => [...programs, ...erases].some((range) => overlaps(range, partition)));
  if (touched === undefined) return ok();
  return err({ reason: 'protected-range', range: touched.name, startSector: touched.startSector });
}

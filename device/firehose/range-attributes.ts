/** Attributes of erase, program, read and digest, in the order programmers are used to (edl 1c, 1d). */
import type { Attributes } from '../../shared/rawprogram.ts';
import { sectorBytesOf } from '../../shared/storage.ts';
import type { FirehoseStorage } from './storage.ts';

/** Always with its start and its length (P5): there is no way to write an erase without them. */
export function rangeAttributes(
  range: { readonly startSector: number; readonly sectorCount: number },
  storage: FirehoseStorage,
): Attributes {
  const pages: Attributes =
    storage.type === 'nand' ? [['PAGES_PER_BLOCK', String(storage.pagesPerBlock)]] : [];
  return [
    ...pages,
    ['SECTOR_SIZE_IN_BYTES', String(sectorBytesOf(storage))],
    ['num_partition_sectors', String(range.sectorCount)],
    ['physical_partition_number', '0'],
    ['start_sector', String(range.startSector)],
  ];
}

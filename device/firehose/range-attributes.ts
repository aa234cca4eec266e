/** Attributes of erase, program and read, in the order programmers are used to (edl 1c, 1d). */
import type { StorageGeometry } from '../../shared/catalogue.ts';
import type { Attributes } from '../../shared/rawprogram.ts';

/** Always with its start and its length (P5): there is no way to write an erase without them. */
export function rangeAttributes(
  range: { readonly startSector: number; readonly sectorCount: number },
  storage: StorageGeometry,
): Attributes {
  return [
    ['PAGES_PER_BLOCK', String(storage.pagesPerBlock)],
    ['SECTOR_SIZE_IN_BYTES', String(storage.pageBytes)],
    ['num_partition_sectors', String(range.sectorCount)],
    ['physical_partition_number', '0'],
    ['start_sector', String(range.startSector)],
  ];
}

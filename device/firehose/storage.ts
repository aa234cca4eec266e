/**
 * The kinds of storage that Firehose speaks of. NAND has pages and erase blocks and is what the catalogue knows;
 * eMMC and UFS have sectors and hide their blocks (edl 1c, 1d). A `start_sector` counts pages or sectors.
 */
import type { StorageGeometry } from '../../shared/catalogue.ts';

export type BlockStorage = {
  readonly type: 'emmc' | 'ufs';
  readonly sectorBytes: 512 | 4096;
  /** What the package was made for; a larger storage holds it too. */
  readonly totalSectors: number;
};

export type FirehoseStorage = StorageGeometry | BlockStorage;

export function sectorBytesOf(storage: FirehoseStorage): number {
  return storage.type === 'nand' ? storage.pageBytes : storage.sectorBytes;
}

/** For a person: what the package wants. */
export function describeStorage(storage: FirehoseStorage): string {
  return storage.type === 'nand'
    ? `${storage.pageBytes} B pages, ${storage.pagesPerBlock} pages a block, ${storage.totalPages} pages`
    : `${storage.type} of ${storage.totalSectors} sectors of ${storage.sectorBytes} B`;
}

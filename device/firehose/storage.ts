/**
 * The kinds of storage that are flashed. NAND has pages and erase blocks; eMMC has sectors and hides its
 * blocks (edl 1c, 1d). UFS is refused (decision 0023). A `start_sector` counts pages or sectors.
 */
import type { NandStorage } from '../../shared/storage.ts';

export type BlockStorage = {
  readonly type: 'emmc';
  readonly sectorBytes: 512;
  readonly totalSectors: number;
  /** Where the boot partition begins, where that is known. */
  readonly bootStartSector?: number;
};

export type FirehoseStorage = NandStorage | BlockStorage;

/** For a person: what the package wants. */
export function describeStorage(storage: FirehoseStorage): string {
  return storage.type === 'nand'
    ? `${storage.pageBytes} B pages, ${storage.pagesPerBlock} pages a block, ${storage.totalPages} pages`
    : `${storage.type} of ${storage.totalSectors} sectors of ${storage.sectorBytes} B`;
}

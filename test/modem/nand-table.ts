/**
 * The payload of MIBIB, as the boot loader of a NAND module reads it (edl 1d): a page with a magic, then the page with
 * the system partition table.
 */
import type { NandGeometry } from './nand.ts';
import type { Partition } from './partitions.ts';

export const ENTRY_BYTES = 28;

export function buildNandTable(
  partitions: readonly Pick<Partition, 'name' | 'startSector' | 'sectorCount'>[],
  { pageBytes, pagesPerBlock }: Pick<NandGeometry, 'pageBytes' | 'pagesPerBlock'>,
): Uint8Array {
  const pages = Buffer.alloc(3 * pageBytes);
  pages.write('ac9f56fe7a127fcd', 0, 'hex');
  pages.writeUInt32LE(4, 8);
  const table = pages.subarray(pageBytes, 2 * pageBytes);
  table.write('aa73ee55dbbd5ee3', 0, 'hex');
  table.writeUInt32LE(4, 8);
  writeEntries(table, partitions, pagesPerBlock);
  return pages;
}

/** The partitions, behind 12 bytes of magic and version: in blocks. */
export function writeEntries(
  table: Buffer,
  partitions: readonly Pick<Partition, 'name' | 'startSector' | 'sectorCount'>[],
  pagesPerBlock: number,
): void {
  table.writeUInt32LE(partitions.length, 12);
  for (const [index, { name, startSector, sectorCount }] of partitions.entries()) {
    const at = 16 + index * ENTRY_BYTES;
    table.write(`0:${name}`, at, 16, 'latin1');
    table.writeUInt32LE(startSector / pagesPerBlock, at + 16);
    table.writeUInt32LE(sectorCount / pagesPerBlock, at + 20);
    table.writeUInt32LE(0xff, at + 24);
  }
}

/** The region a storage command names, checked as the programmer checks it; failures are its log sentences. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseCommand } from './firehose-xml.ts';
import type { NandGeometry } from './nand.ts';

export type Region = { readonly startSector: number; readonly sectorCount: number };

/** What the programmer logs before its NAK. */
export type RegionFailure = { readonly reason: 'region-refused'; readonly log: string };

const refuse = (log: string): Result<never, RegionFailure> => err({ reason: 'region-refused', log });

/** A decimal or 0x number of at most 32 bits; `undefined` where the attribute is missing. */
export function numberAttribute(command: FirehoseCommand, name: string): number | undefined {
  const text = command.attributes.get(name);
  if (text === undefined) return undefined;
  const value = /^(0[xX][0-9a-fA-F]{1,8}|\d{1,10})$/.test(text) ? Number(text) : Number.NaN;
  return value <= 0xffff_ffff ? value : Number.NaN;
}

/** A sector as a number, or counted from the end of a disk: `NUM_DISK_SECTORS-33.` */
export function sectorNumber(text: string, totalSectors: number): number {
  const fromEnd = /^NUM_DISK_SECTORS-(\d{1,10})\.?$/.exec(text)?.[1];
  if (fromEnd !== undefined) return totalSectors - Number(fromEnd);
  const plain = /^(0[xX][0-9a-fA-F]{1,8}|\d{1,10})\.?$/.exec(text)?.[1];
  return plain === undefined ? Number.NaN : Number(plain);
}

/** SECTOR_SIZE_IN_BYTES, PAGES_PER_BLOCK and physical_partition_number against the chip. */
export function checkGeometryAttributes(
  command: FirehoseCommand,
  geometry: NandGeometry,
  options: {
    readonly sectorSize: 'required' | 'if-present';
    readonly pagesPerBlock: 'if-present' | 'ignored';
  },
): Result<void, RegionFailure> {
  const sectorBytes = numberAttribute(command, 'SECTOR_SIZE_IN_BYTES');
  const isMissingAllowed = sectorBytes === undefined && options.sectorSize === 'if-present';
  if (sectorBytes !== geometry.pageBytes && !isMissingAllowed) {
    const given = command.attributes.get('SECTOR_SIZE_IN_BYTES') ?? '0';
    return refuse(
      `ERROR: Attribute 'SECTOR_SIZE_IN_BYTES'=${given} must be equal to disk sector size ${geometry.pageBytes}`,
    );
  }
  const pagesPerBlock = numberAttribute(command, 'PAGES_PER_BLOCK') ?? geometry.pagesPerBlock;
  if (pagesPerBlock !== geometry.pagesPerBlock && options.pagesPerBlock !== 'ignored') {
    const given = command.attributes.get('PAGES_PER_BLOCK');
    return refuse(
      `Attribute 'PAGES_PER_BLOCK'=${given} must be equal to disk pages per block ${geometry.pagesPerBlock}`,
    );
  }
  const physical = numberAttribute(command, 'physical_partition_number') ?? 0;
  return physical === 0 ? ok() : refuse(`Failed to open the NAND Device physical partition ${physical}`);
}

/** Start and length, both given, inside the chip. */
export function regionOf(command: FirehoseCommand, geometry: NandGeometry): Result<Region, RegionFailure> {
  const totalSectors = geometry.pagesPerBlock * geometry.blockCount;
  const startSector = sectorNumber(command.attributes.get('start_sector') ?? '', totalSectors);
  const sectorCount = numberAttribute(command, 'num_partition_sectors');
  if (!(startSector >= 0)) return refuse('start_sector is not a number');
  if (sectorCount === undefined || Number.isNaN(sectorCount) || sectorCount === 0) {
    return refuse('num_partition_sectors is not a positive number');
  }
  if (startSector + sectorCount > totalSectors) {
    return refuse('Programming region exceeds total block count');
  }
  return ok({ startSector, sectorCount });
}

/** Erase works on whole blocks; the programmer calls either misfit by the same name (edl 6 row 18). */
export function checkEraseAlignment(region: Region, geometry: NandGeometry): Result<void, RegionFailure> {
  const { pagesPerBlock } = geometry;
  if (region.startSector % pagesPerBlock !== 0) return refuse('start_sector unaligned');
  if (region.sectorCount % pagesPerBlock !== 0) return refuse('num_partition_sectors unaligned');
  return ok();
}

/** Programming starts at a block's first page. */
export function checkProgramAlignment(region: Region, geometry: NandGeometry): Result<Region, RegionFailure> {
  return region.startSector % geometry.pagesPerBlock === 0 ? ok(region) : refuse('start_sector unaligned');
}

/** What `<erase>` and `<read>` do to the chip, page by page; the XML around it is the programmer's. */
import { createHash } from 'node:crypto';
import type { FaultPlan } from './fault-plan.ts';
import type { FirehoseDialect } from './firehose-dialect.ts';
import type { Region } from './firehose-region.ts';
import type { Nand } from './nand.ts';
import { type Partition, partitionAt } from './partitions.ts';
import { SectorCursor } from './sector-cursor.ts';

const hex = (block: number): string => `0x${block.toString(16)}`;

/** The blocks of a region that is aligned to blocks. */
export function blocksOf(region: Region, nand: Nand): number[] {
  const { pagesPerBlock } = nand.geometry;
  const first = region.startSector / pagesPerBlock;
  return Array.from({ length: region.sectorCount / pagesPerBlock }, (_, index) => first + index);
}

/** Erases these blocks; those that are bad, or turn out to be, are skipped and logged (edl 1d). */
export function eraseBlocks(nand: Nand, blocks: readonly number[]): string[] {
  return blocks.flatMap((block) => {
    const erased = nand.eraseBlock(block);
    if (erased.ok) return [];
    return erased.failure.reason === 'erase-failed'
      ? [`Skipping erase failure at block ${hex(block)}`]
      : [`Skipping: bad block ${hex(block)}`];
  });
}

/**
 * Walks a region as the programmer writes and reads it: from its first sector on, bad blocks skipped, at most to the
 * end of the partition in which the region ends.
 */
export function cursorOver(
  region: Region,
  chip: { readonly nand: Nand; readonly partitions: readonly Partition[] },
  onSkip: (log: string) => void,
): SectorCursor {
  const lastSector = region.startSector + region.sectorCount - 1;
  const partition = partitionAt(chip.partitions, lastSector);
  const end = partition === undefined ? lastSector + 1 : partition.startSector + partition.sectorCount;
  return new SectorCursor(chip.nand, region.startSector, end, (block) =>
    onSkip(`Skipping: bad block ${hex(block)}`),
  );
}

type Readable = {
  readonly nand: Nand;
  readonly partitions: readonly Partition[];
  readonly dialect: FirehoseDialect;
  readonly faults: FaultPlan;
};

/** The raw transfers of a `<read>`, and its logs once they were all made. */
export function readOut(
  region: Region,
  options: Readable,
): { readonly transfers: Iterable<Uint8Array>; readonly logs: () => readonly string[] } {
  const { pageBytes } = options.nand.geometry;
  const logs: string[] = [];
  const pages = readPages(region, options, logs);
  const pagesPerTransfer = Math.max(1, Math.floor(options.dialect.payloadToHostBytes / pageBytes));
  function* transfers(): Generator<Uint8Array, void> {
    for (let sector = 0; sector < region.sectorCount; sector += pagesPerTransfer) {
      const transfer = new Uint8Array(Math.min(pagesPerTransfer, region.sectorCount - sector) * pageBytes);
      for (let offset = 0; offset < transfer.length; offset += pageBytes) pages(transfer, offset);
      yield transfer;
    }
  }
  return { transfers: transfers(), logs: () => logs };
}

/** SHA-256 (hex) over the same bytes. */
export function digestOf(region: Region, options: Readable): string {
  const digest = createHash('sha256');
  const page = new Uint8Array(options.nand.geometry.pageBytes);
  const pages = readPages(region, options, []);
  for (let sector = 0; sector < region.sectorCount; sector++) {
    pages(page, 0);
    digest.update(page);
  }
  return digest.digest('hex');
}

/** Each call reads the region's next page into `target` at `offset`. */
function readPages(
  region: Region,
  options: Readable,
  logs: string[],
): (target: Uint8Array, offset: number) => void {
  const { nand, dialect, faults } = options;
  const { pageBytes } = nand.geometry;
  const cursor = cursorOver(region, options, (log) => logs.push(log));
  let sector = region.startSector;
  let hasWarned = false;
  return (target, offset) => {
    const page = cursor.next();
    if (page !== undefined && nand.isProgrammed(page)) nand.readPage(page, target, offset);
    else {
      target.fill(dialect.blankByte, offset, offset + pageBytes);
      if (!hasWarned && !nand.isRewritable) logs.push('WARN: ignoring erased page read');
      hasWarned = true;
    }
    faults.flipBit(sector, target, offset);
    sector += 1;
  };
}

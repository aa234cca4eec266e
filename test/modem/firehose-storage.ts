/** What `<erase>` and `<read>` do to the chip, page by page; the XML around it is the programmer's. */
import type { FaultPlan } from './fault-plan.ts';
import type { Region } from './firehose-region.ts';
import { logDocument } from './firehose-xml.ts';
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

/** Erases these blocks; bad ones are skipped and logged. */
export function eraseBlocks(nand: Nand, blocks: readonly number[]): string[] {
  return blocks.flatMap((block) => (nand.eraseBlock(block).ok ? [] : [`Skipping: bad block ${hex(block)}`]));
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

/** The raw transfers of a `<read>`, then its logs, then what `finish` says of it. */
export function* readOut(options: {
  readonly nand: Nand;
  readonly partitions: readonly Partition[];
  readonly region: Region;
  readonly transferBytes: number;
  readonly faults: FaultPlan;
  readonly finish: () => Iterable<Uint8Array>;
}): Generator<Uint8Array, void> {
  const { nand, region, faults } = options;
  const { pageBytes } = nand.geometry;
  const logs: string[] = [];
  const cursor = cursorOver(region, options, (log) => logs.push(log));
  const pagesPerTransfer = Math.max(1, Math.floor(options.transferBytes / pageBytes));
  let hasErasedPages = false;
  for (let sector = 0; sector < region.sectorCount; ) {
    const pages = Math.min(pagesPerTransfer, region.sectorCount - sector);
    const transfer = new Uint8Array(pages * pageBytes);
    for (let index = 0; index < pages; index++, sector++) {
      const page = cursor.next();
      if (page === undefined) transfer.fill(0xff, index * pageBytes, (index + 1) * pageBytes);
      else nand.readPage(page, transfer, index * pageBytes);
      hasErasedPages ||= page === undefined || !nand.isProgrammed(page);
      faults.flipBit(region.startSector + sector, transfer, index * pageBytes);
    }
    yield transfer;
  }
  if (hasErasedPages) logs.push('WARN: ignoring erased page read');
  for (const log of logs) yield logDocument(log);
  yield* options.finish();
}

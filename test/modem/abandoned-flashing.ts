/** What a host sent that died in the middle of an update: everything erased, and the last image half there. */
import { xmlDocument } from './firehose-xml.ts';
import type { ModuleModel } from './models.ts';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';

/** Sectors of the image that was being written, and how many of them came. */
const IMAGE_SECTORS = 16;
const SENT_SECTORS = 5;

/** The transfers, in order: commands, then some raw bytes of a `<program>`. */
export function abandonedFlashing(
  { firehose }: ModuleModel,
  { geometry }: Nand,
  partitions: readonly Partition[],
): Uint8Array[] {
  const firmware = partitions.filter(({ role }) => role === 'firmware');
  const last = firmware.at(-1);
  if (last === undefined) throw new Error('a partition table without firmware partitions');
  const region = ({ startSector }: Partition, sectorCount: number) => ({
    PAGES_PER_BLOCK: String(geometry.pagesPerBlock),
    SECTOR_SIZE_IN_BYTES: String(geometry.pageBytes),
    num_partition_sectors: String(sectorCount),
    physical_partition_number: '0',
    start_sector: String(startSector),
  });
  return [
    xmlDocument('configure', { MemoryName: firehose.memoryName, MaxPayloadSizeToTargetInBytes: '8192' }),
    ...firmware.map((partition) => xmlDocument('erase', region(partition, partition.sectorCount))),
    xmlDocument('program', region(last, IMAGE_SECTORS)),
    ...Array.from({ length: SENT_SECTORS }, () => new Uint8Array(geometry.pageBytes).fill(0x5a)),
  ];
}

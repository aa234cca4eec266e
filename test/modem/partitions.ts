/** Partition tables, laid on a chip. */
import type { NandGeometry } from './nand.ts';

/**
 * - `firmware`: an update writes it, and the module boots only when it is complete
 * - `protected`: made in the factory, never touched by an update (EFS2 holds the calibration)
 * - `spare`: exists, and the boot does not look at it
 */
export type PartitionRole = 'firmware' | 'protected' | 'spare';

export type Partition = {
  readonly name: string;
  readonly role: PartitionRole;
  readonly startSector: number;
  readonly sectorCount: number;
};

type TableRow = readonly [name: string, sectorCount: number, role: PartitionRole];

/** The EC25 and EG25 family on 2 KiB pages (edl 1d, decoded from partition_complete_p2K_b128K). */
const EC25: readonly TableRow[] = [
  ['SBL', 640, 'firmware'],
  ['MIBIB', 640, 'firmware'],
  ['EFS2', 8704, 'protected'],
  ['sys_rev', 2560, 'protected'],
  ['RAWDATA', 640, 'protected'],
  ['TZ', 768, 'firmware'],
  ['RPM', 576, 'firmware'],
  ['cust_info', 1024, 'protected'],
  ['aboot', 768, 'firmware'],
  ['boot', 3968, 'firmware'],
  ['recovery', 3968, 'firmware'],
  ['modem', 27392, 'firmware'],
  ['misc', 320, 'spare'],
  ['recoveryfs', 10368, 'firmware'],
  ['usr_data', 30720, 'firmware'],
  ['sec', 256, 'spare'],
  ['system', 37760, 'firmware'],
];

/**
 * The RM500Q on 4 KiB pages. Known (edl 1d): EFS2 at 896 with 5632 pages, and an erase of 28,928 pages, taken for
 * the modem's. The others are plausible: as large as the images of a package need.
 */
const RM500Q: readonly TableRow[] = [
  ['SBL', 640, 'firmware'],
  ['MIBIB', 256, 'firmware'],
  ['EFS2', 5632, 'protected'],
  ['RAWDATA', 320, 'protected'],
  ['cust_info', 512, 'protected'],
  ['TZ', 640, 'firmware'],
  ['AOP', 128, 'firmware'],
  ['UEFI', 704, 'firmware'],
  ['boot', 3008, 'firmware'],
  ['modem', 28_928, 'firmware'],
  ['misc', 128, 'spare'],
  ['recoveryfs', 5120, 'firmware'],
  ['usr_data', 10_240, 'firmware'],
  ['oemdata', 2048, 'firmware'],
  ['system', 40_960, 'firmware'],
];

/**
 * A small disk: a GPT in front, by which the boot finds everything, then a few partitions. The names of those that are
 * protected are what modems with disks have (linux-msm/rmtfs); places and sizes are plausible and no more.
 */
const EMMC: readonly TableRow[] = [
  ['GPT', 64, 'spare'],
  ['SBL', 4096, 'firmware'],
  ['TZ', 8192, 'firmware'],
  ['modemst1', 8192, 'protected'],
  ['modemst2', 8192, 'protected'],
  ['fsg', 2048, 'protected'],
  ['persist', 2048, 'protected'],
  ['boot', 32_768, 'firmware'],
  ['modem', 98_304, 'firmware'],
  ['system', 98_304, 'firmware'],
  ['userdata', 1024, 'spare'],
];

export const ec25Partitions = (geometry: NandGeometry): readonly Partition[] => layOut(EC25, geometry);
export const rm500qPartitions = (geometry: NandGeometry): readonly Partition[] => layOut(RM500Q, geometry);
export const emmcPartitions = (geometry: NandGeometry): readonly Partition[] => layOut(EMMC, geometry);

/**
 * On the blocks it was made for a table is laid exactly; on larger blocks every partition is rounded up to whole
 * blocks. The last one takes what remains.
 */
function layOut(table: readonly TableRow[], geometry: NandGeometry): readonly Partition[] {
  const pageCount = geometry.pagesPerBlock * geometry.blockCount;
  let startSector = 0;
  return table.map(([name, published, role], index) => {
    const rounded = Math.ceil(published / geometry.pagesPerBlock) * geometry.pagesPerBlock;
    const sectorCount = index === table.length - 1 ? pageCount - startSector : rounded;
    if (sectorCount <= 0) throw new Error(`a chip of ${pageCount} pages has no room for partition ${name}`);
    const partition = { name, role, startSector, sectorCount };
    startSector += sectorCount;
    return partition;
  });
}

/** The partition that holds this sector. */
export function partitionAt(partitions: readonly Partition[], sector: number): Partition | undefined {
  return partitions.find((p) => sector >= p.startSector && sector < p.startSector + p.sectorCount);
}

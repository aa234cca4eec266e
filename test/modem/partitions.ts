/** The partition table of the EC25 and EG25 family on 2 KiB pages (edl 1d, decoded from partition_complete_p2K_b128K). */
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

const EC25: readonly (readonly [name: string, sectorCount: number, role: PartitionRole])[] = [
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
 * The table laid on a chip: on 64-page blocks exactly the published one; on larger blocks every partition is
 * rounded up to whole blocks and `system`, the last, takes what remains.
 */
export function ec25Partitions(geometry: NandGeometry): readonly Partition[] {
  const pageCount = geometry.pagesPerBlock * geometry.blockCount;
  let startSector = 0;
  return EC25.map(([name, published, role]) => {
    const rounded = Math.ceil(published / geometry.pagesPerBlock) * geometry.pagesPerBlock;
    const sectorCount = name === 'system' ? pageCount - startSector : rounded;
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

/** What the factory does to a blank chip: calibration into the protected partitions, then a complete firmware. */
import { buildCalibrationImage } from './calibration.ts';
import { deterministicBytes } from './deterministic-bytes.ts';
import { buildGpt } from './gpt.ts';
import { buildImage } from './image-format.ts';
import type { Nand } from './nand.ts';
import { buildNandTable } from './nand-table.ts';
import type { Partition } from './partitions.ts';
import { SectorCursor } from './sector-cursor.ts';

/** Payload of each factory image, in bytes: a few pages, so that a test can make a modem in a moment. */
const FACTORY_PAYLOAD_BYTES = 20_000;

/** Writes calibration and firmware onto a blank chip. */
export function factoryFlash(
  nand: Nand,
  partitions: readonly Partition[],
  module: { readonly firmware: string; readonly chip: string; readonly imei: string },
): void {
  const { firmware, chip, imei } = module;
  if (nand.isRewritable) writeTable(nand, partitions);
  for (const partition of partitions) {
    const { name, role } = partition;
    if (role === 'protected') {
      writePartition(nand, partition, buildCalibrationImage({ partition: name, chip, imei }));
    }
    if (role === 'firmware') {
      const payload =
        name === 'MIBIB'
          ? buildNandTable(partitions, nand.geometry)
          : deterministicBytes(`${firmware} ${name}`, FACTORY_PAYLOAD_BYTES);
      writePartition(nand, partition, buildImage({ partition: name, firmware, chip, payload }));
    }
  }
}

/** Programs `image` from the start of an erased partition, the last page padded with zeros. */
export function writePartition(nand: Nand, partition: Partition, image: Uint8Array): void {
  const { pageBytes } = nand.geometry;
  const cursor = new SectorCursor(nand, partition.startSector, partition.startSector + partition.sectorCount);
  for (let offset = 0; offset < image.length; offset += pageBytes) {
    const page = cursor.next();
    if (page === undefined) throw new Error(`the image does not fit the good blocks of ${partition.name}`);
    const bytes = new Uint8Array(pageBytes);
    bytes.set(image.subarray(offset, offset + pageBytes));
    const programmed = nand.program(page, bytes);
    if (!programmed.ok) throw new Error(`factory: ${programmed.failure.reason} in ${partition.name}`);
  }
}

function writeTable(nand: Nand, partitions: readonly Partition[]): void {
  const table = partitions.find(({ startSector }) => startSector === 0);
  if (table === undefined) throw new Error('a disk begins with its partition table');
  writePartition(nand, table, buildGpt(partitions, { totalSectors: nand.pageCount, as: 'whole' }));
}

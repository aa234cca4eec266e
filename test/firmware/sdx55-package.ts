/**
 * A package for the simulated RM500Q-GL, in the form of the EC25's with pages of 4 KiB, and a catalogue entry for it. Of
 * the real module too little is known to catalogue it (`manifests/quectel/rm500q.yaml`).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ModelEntry, modelIdSchema } from '../../shared/catalogue.ts';
import { deterministicBytes } from '../modem/deterministic-bytes.ts';
import { buildImage } from '../modem/image-format.ts';
import { rm500qGl } from '../modem/models.ts';
import { buildNandTable } from '../modem/nand-table.ts';
import { buildProgrammer } from '../modem/programmer-format.ts';
import { contentsXml, rawprogramXml } from './flash-files.ts';
import { writeMd5List } from './md5-list.ts';
import { simulatedEntry } from './simulated-entry.ts';

export const SDX55_OLD_VERSION = 'RM500QGLAAR11A03M4G_01.001.01.001';
export const SDX55_NEW_VERSION = 'RM500QGLAAR11A04M4G_01.001.01.001';

const IMAGE_BYTES = 30_000;
const GEOMETRY = rm500qGl.geometry;
const PARTITIONS = rm500qGl.partitions(GEOMETRY);

export function sdx55Entry(): ModelEntry {
  return simulatedEntry(rm500qGl, {
    model: modelIdSchema.parse('quectel/rm500qglaa-m4g'),
    name: 'simulated RM500Q-GL',
    hardware: 'RM500QGLAA',
    flashMethod: 'firehose-nand',
    storage: {
      type: 'nand',
      pageBytes: 4096,
      pagesPerBlock: 64,
      totalPages: GEOMETRY.blockCount * GEOMETRY.pagesPerBlock,
    },
    usbId: '2c7c:0800',
    partitions: PARTITIONS,
  });
}

export async function writeSdx55Package(directory: string): Promise<void> {
  const write = async (path: string, content: Uint8Array | string) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  };
  const images = PARTITIONS.filter(({ role }) => role === 'firmware').map((place) => ({
    ...place,
    partition: place.name,
    file: fileOf(place.name),
  }));
  for (const { file, partition } of images) {
    const payload =
      partition === 'MIBIB'
        ? buildNandTable(PARTITIONS, GEOMETRY)
        : deterministicBytes(`${SDX55_NEW_VERSION} ${partition}`, IMAGE_BYTES);
    await write(file, buildImage({ partition, firmware: SDX55_NEW_VERSION, chip: rm500qGl.chip, payload }));
  }
  await write('update/firehose/prog_firehose_sdx55.mbn', buildProgrammer({ chip: rm500qGl.chip }));
  await write(
    'update/firehose/rawprogram_nand_p4K_b256K_update.xml',
    rawprogramXml({ projectName: rm500qGl.projectName, images, pageBytes: GEOMETRY.pageBytes }),
  );
  await write('contents.xml', contentsXml({ chip: rm500qGl.chip, version: SDX55_NEW_VERSION }));
  await writeMd5List(directory);
}

function fileOf(partition: string): string {
  return partition === 'MIBIB'
    ? 'update/firehose/partition_complete_p4K_b256K.mbn'
    : `update/${partition.toLowerCase()}.mbn`;
}

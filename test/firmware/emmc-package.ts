/**
 * A package for the simulated module with eMMC, in the form of vendors' packages for disks (edl 1c): a rawprogram that
 * lists every partition and has files for some, a partition table that is finished by patches on the disk. No such
 * package was at hand; what is known of them is their dialect.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ModelEntry, modelIdSchema } from '../../shared/catalogue.ts';
import { deterministicBytes } from '../modem/deterministic-bytes.ts';
import { buildGpt, GPT_SECTORS } from '../modem/gpt.ts';
import { buildImage } from '../modem/image-format.ts';
import { rg650v } from '../modem/models.ts';
import type { Partition } from '../modem/partitions.ts';
import { buildProgrammer } from '../modem/programmer-format.ts';
import { contentsXml } from './flash-files.ts';
import { writeMd5List } from './md5-list.ts';
import { simulatedEntry } from './simulated-entry.ts';

export const EMMC_OLD_VERSION = 'RG650VEUAAR01A01M4G_01.001.01.001';
export const EMMC_NEW_VERSION = 'RG650VEUAAR01A02M4G_01.001.01.001';
export const EMMC_RAWPROGRAM = 'update/firehose/rawprogram0.xml';
export const EMMC_PATCH = 'update/firehose/patch0.xml';

const SECTOR_BYTES = 512;
const IMAGE_BYTES = 12_000;
const TOTAL_SECTORS = rg650v.geometry.blockCount * rg650v.geometry.pagesPerBlock;
const PARTITIONS = rg650v.partitions(rg650v.geometry);

export function emmcEntry(changes: Partial<ModelEntry> = {}): ModelEntry {
  const entry = simulatedEntry(rg650v, {
    model: modelIdSchema.parse('quectel/rg650veuaa-m4g'),
    name: 'simulated module with eMMC',
    hardware: 'RG650VEUAA',
    flashMethod: 'firehose-emmc',
    storage: {
      type: 'emmc',
      sectorBytes: SECTOR_BYTES,
      totalSectors: TOTAL_SECTORS,
      bootStartSector: find('SBL').startSector,
    },
    usbId: '2c7c:0122',
    partitions: PARTITIONS,
  });
  return { ...entry, ...changes };
}

/** `edit` changes the rawprogram before the vendor's list of digests is written. */
export async function writeEmmcPackage(
  directory: string,
  options: {
    readonly edit?: (rawprogram: string) => string;
    readonly editPatches?: (patches: string) => string;
    readonly table?: readonly Partition[];
  } = {},
): Promise<void> {
  const { edit = same, editPatches = same, table = PARTITIONS } = options;
  const write = async (path: string, content: Uint8Array | string) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  };
  for (const { name } of PARTITIONS.filter(({ role }) => role === 'firmware')) {
    const payload = deterministicBytes(`${EMMC_NEW_VERSION} ${name}`, IMAGE_BYTES);
    const image = buildImage({ partition: name, firmware: EMMC_NEW_VERSION, chip: rg650v.chip, payload });
    await write(fileOf(name), image);
  }
  await write(
    'update/firehose/gpt_main0.bin',
    buildGpt(table, { totalSectors: TOTAL_SECTORS, as: 'unpatched' }),
  );
  await write('update/firehose/prog_emmc_firehose_sdx7x.mbn', buildProgrammer({ chip: rg650v.chip }));
  await write(EMMC_RAWPROGRAM, edit(rawprogramXml()));
  await write(EMMC_PATCH, editPatches(patchXml()));
  await write('contents.xml', contentsXml({ chip: rg650v.chip, version: EMMC_NEW_VERSION }));
  await writeMd5List(directory);
}

const same = (text: string) => text;

function find(wanted: string): Partition {
  const partition = PARTITIONS.find(({ name }) => name === wanted);
  if (partition === undefined) throw new Error(`no partition ${wanted}`);
  return partition;
}

const fileOf = (partition: string) => `update/${partition.toLowerCase()}.mbn`;

/** In the order of the disk, as vendors' tools write it: SBL near the top, which is not an order to execute. */
function rawprogramXml(): string {
  const programs = PARTITIONS.map(({ name, role, startSector, sectorCount }) => {
    if (startSector === 0) return program('PrimaryGPT', 'gpt_main0.bin', 0, GPT_SECTORS);
    const file = role === 'firmware' ? `..\\${name.toLowerCase()}.mbn` : '';
    return program(name, file, startSector, sectorCount);
  });
  return ['<?xml version="1.0" ?>', '<data>', ...programs, '</data>', ''].join('\n');
}

function program(label: string, filename: string, startSector: number, sectorCount: number): string {
  return ` <program SECTOR_SIZE_IN_BYTES="${SECTOR_BYTES}" file_sector_offset="0" filename="${filename}" label="${label}" num_partition_sectors="${sectorCount}" partofsingleimage="false" physical_partition_number="0" readbackverify="false" size_in_KB="${sectorCount / 2}" sparse="false" start_byte_hex="0x${(startSector * SECTOR_BYTES).toString(16)}" start_sector="${startSector}"/>`;
}

/** Size and checksums of the table; the last is for a file of the host, which nobody sends. */
function patchXml(): string {
  return [
    '<?xml version="1.0" ?>',
    '<patches>',
    patch('DISK', { offset: 48, bytes: 8, value: 'NUM_DISK_SECTORS-34.', what: 'Last LBA' }),
    patch('DISK', { offset: 32, bytes: 8, value: 'NUM_DISK_SECTORS-1.', what: 'Place of the copy' }),
    patch('DISK', { offset: 88, bytes: 4, value: 'CRC32(2,16384)', what: 'CRC of the entries' }),
    patch('DISK', { offset: 16, bytes: 4, value: '0', what: 'Zero out the header CRC' }),
    patch('DISK', { offset: 16, bytes: 4, value: 'CRC32(1,92)', what: 'CRC of the header' }),
    patch('gpt_main0.bin', { offset: 16, bytes: 4, value: '0', what: "For the host's file" }),
    '</patches>',
    '',
  ].join('\n');
}

function patch(
  filename: string,
  field: { readonly offset: number; readonly bytes: number; readonly value: string; readonly what: string },
): string {
  return ` <patch SECTOR_SIZE_IN_BYTES="${SECTOR_BYTES}" byte_offset="${field.offset}" filename="${filename}" physical_partition_number="0" size_in_bytes="${field.bytes}" start_sector="1" value="${field.value}" what="${field.what}"/>`;
}

/** Demonstration packages with one defect each, named for it: what lint, stage and flasher must refuse. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeMd5List } from './md5-list.ts';

export const RAWPROGRAM = 'update/firehose/rawprogram_nand_p2K_b128K_update.xml';

export const PROGRAMMER = 'update/firehose/prog_nand_firehose_9x07.mbn';
const PARTITION_TABLE = 'update/firehose/partition_complete_p2K_b128K.mbn';

export type Defect = {
  readonly name: string;
  /** Makes the package in this directory defective; its md5.txt still fits unless md5 is the defect. */
  readonly apply: (directory: string) => Promise<void>;
};

/** Replaces the first match in the rawprogram; throws when there is none, so a defect cannot vanish silently. */
async function editRawprogram(directory: string, what: string | RegExp, by: string): Promise<void> {
  const path = join(directory, RAWPROGRAM);
  const before = await readFile(path, 'utf8');
  const after = before.replace(what, by);
  if (after === before) throw new Error(`the rawprogram holds no ${what}`);
  await writeFile(path, after);
  await writeMd5List(directory);
}

const edit = (name: string, what: string | RegExp, by: string): Defect => ({
  name,
  apply: (directory) => editRawprogram(directory, what, by),
});

const ERASE_RPM = 'num_partition_sectors="576" physical_partition_number="0" start_sector="13952"/>';

export const DEFECTS = {
  programsIntoEfs2: edit(
    'programs into EFS2',
    /filename="\.\.\\tz\.mbn" num_partition_sectors="768" physical_partition_number="0" start_sector="13184"/,
    'filename="..\\tz.mbn" num_partition_sectors="768" physical_partition_number="0" start_sector="1280"',
  ),
  erasesEfs2: edit(
    'erases EFS2',
    ERASE_RPM,
    'num_partition_sectors="8704" physical_partition_number="0" start_sector="1280"/>',
  ),
  erasesWithoutLength: edit(
    'erases without a length',
    ERASE_RPM,
    'physical_partition_number="0" start_sector="13952"/>',
  ),
  leavesPackage: edit('names a file outside the package', '..\\tz.mbn', '..\\..\\..\\tz.mbn'),
  contradictsGeometry: edit(
    'believes in pages of 4 KiB',
    /SECTOR_SIZE_IN_BYTES="2048" filename="\.\.\\tz\.mbn"/,
    'SECTOR_SIZE_IN_BYTES="4096" filename="..\\tz.mbn"',
  ),
  reachesBeyondChip: edit(
    'erases beyond the chip',
    'num_partition_sectors="37760" physical_partition_number="0" start_sector="93312"/>',
    'num_partition_sectors="64000" physical_partition_number="0" start_sector="93312"/>',
  ),
  sendsUnknownElement: edit('has an unknown element', '</data>', ' <poke address="0"/>\r\n</data>'),
  lacksBootPartition: edit('erases no boot partition', / <erase [^>]* start_sector="0"\/>\r\n/, ''),
  flipsImageByte: {
    name: 'has one byte of an image flipped',
    async apply(directory: string) {
      const path = join(directory, 'update/tz.mbn');
      const bytes = await readFile(path);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x01;
      await writeFile(path, bytes);
    },
  },
  lacksImage: {
    name: 'lacks an image',
    apply: (directory: string) => rm(join(directory, 'update/NON-HLOS.ubi')),
  },
  lacksMd5List: { name: 'has no md5.txt', apply: (directory: string) => rm(join(directory, 'md5.txt')) },
  lacksProgrammer: {
    name: 'has no programmer',
    async apply(directory: string) {
      await rm(join(directory, PROGRAMMER));
      await writeMd5List(directory);
    },
  },
  hasNoProgrammerImage: {
    name: 'has a programmer that is a web page',
    async apply(directory: string) {
      await writeFile(join(directory, PROGRAMMER), '<html>404 Not Found</html>'.padEnd(4096));
      await writeMd5List(directory);
    },
  },
  hasProgrammerCutOff: {
    name: 'has a programmer that is cut off',
    async apply(directory: string) {
      const bytes = await readFile(join(directory, PROGRAMMER));
      await writeFile(join(directory, PROGRAMMER), bytes.subarray(0, bytes.length >> 1));
      await writeMd5List(directory);
    },
  },
  movesCalibration: {
    name: 'brings a partition table with EFS2 elsewhere',
    async apply(directory: string) {
      const path = join(directory, PARTITION_TABLE);
      const bytes = await readFile(path);
      const entry = bytes.indexOf('0:EFS2');
      bytes.writeUInt32LE(14, entry + 16);
      bytes.writeUInt32LE(88, entry + 20);
      await writeFile(path, bytes);
      await writeMd5List(directory);
    },
  },
  shipsFactoryXml: {
    name: 'ships a factory rawprogram',
    async apply(directory: string) {
      await rename(
        join(directory, RAWPROGRAM),
        join(directory, RAWPROGRAM.replace('_update.xml', '_factory.xml')),
      );
      await writeMd5List(directory);
    },
  },
  shipsCalibration: {
    name: 'ships cefs.mbn',
    async apply(directory: string) {
      await writeFile(join(directory, 'update/cefs.mbn'), 'calibration of another module');
      await writeMd5List(directory);
    },
  },
  isForAnotherChip: {
    name: 'says another chip in contents.xml',
    async apply(directory: string) {
      const path = join(directory, 'contents.xml');
      await writeFile(path, (await readFile(path, 'utf8')).replaceAll('MDM9607', 'SDX55'));
    },
  },
  isNamedForOtherGeometry: {
    name: 'has a rawprogram named for 4 KiB pages',
    async apply(directory: string) {
      await rename(
        join(directory, RAWPROGRAM),
        join(directory, RAWPROGRAM.replace('p2K_b128K', 'p4K_b256K')),
      );
      await writeMd5List(directory);
    },
  },
  outgrowsPartition: {
    name: 'has an image larger than its partition',
    async apply(directory: string) {
      await writeFile(join(directory, 'update/rpm.mbn'), Buffer.alloc(577 * 2048, 0x5a));
      await writeMd5List(directory);
    },
  },
} as const satisfies Record<string, Defect>;

/** Writes a demonstration firmware package: an EC25-EU update laid out as the vendor lays out its own (edl 1e). */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildImage, IMAGE_HEADER_BYTES } from '../modem/image-format.ts';
import { buildProgrammer } from '../modem/programmer-format.ts';
import {
  contentsXml,
  mibibPayload,
  partitionNandXml,
  partitionTable,
  patchXml,
  rawprogramXml,
} from './flash-files.ts';
import { IMAGES, imageSizes } from './layout.ts';
import { writeMd5List } from './md5-list.ts';
import { imagePayload } from './payload.ts';

export const DEMO_CHIP = 'MDM9607';
/** The versions of the demonstration: what the modem runs, and what it is updated to. */
export const DEMO_OLD_VERSION = 'EC25EUGAR06A05M4G_01.003.01.003';
export const DEMO_NEW_VERSION = 'EC25EUGAR08A03M4G_01.200.01.200';
export const DEMO_SIZE_BYTES = 64_500_000;
/** For tests that want a whole package in a moment. */
export const SMALL_SIZE_BYTES = 600_000;

const PROGRAMMER_BYTES = 128_376;
/** Loaders of the older download protocol; they lie beside the images and no update sends them. */
const OLD_LOADERS = [
  { file: 'update/NPRG9x07.mbn', lengthBytes: 101_424 },
  { file: 'update/ENPRG9x07.mbn', lengthBytes: 100_988 },
] as const;

export type DemoPackage = {
  readonly directory: string;
  readonly version: string;
  /** Sum of the files, in bytes. */
  readonly sizeBytes: number;
};

/** `directory` becomes the package's root and is made when it is not there. */
export async function writeDemoPackage(
  directory: string,
  options: { readonly version: string; readonly sizeBytes?: number; readonly seed?: number },
): Promise<DemoPackage> {
  const { version, sizeBytes = DEMO_SIZE_BYTES, seed = 1 } = options;
  let written = 0;
  const write = async (path: string, content: Uint8Array | string) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
    written += content.length;
  };

  const otherBytes = PROGRAMMER_BYTES + OLD_LOADERS.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  const sizes = imageSizes(sizeBytes - otherBytes);
  for (const { file, partition } of IMAGES) {
    const lengthBytes = (sizes.get(file) ?? 0) - IMAGE_HEADER_BYTES;
    const payload =
      partition === 'MIBIB'
        ? mibibPayload(lengthBytes)
        : imagePayload({ seed, name: file, version, lengthBytes });
    await write(file, buildImage({ partition, firmware: version, chip: DEMO_CHIP, payload }));
  }
  await write('update/partition.mbn', partitionTable());
  await write('update/partition_nand.xml', partitionNandXml());
  for (const { file, lengthBytes } of OLD_LOADERS) {
    await write(file, imagePayload({ seed, name: file, version: '', lengthBytes }));
  }
  await write(
    'update/firehose/prog_nand_firehose_9x07.mbn',
    buildProgrammer({ chip: DEMO_CHIP, sizeBytes: PROGRAMMER_BYTES }),
  );
  await write(
    'update/firehose/rawprogram_nand_p2K_b128K_update.xml',
    rawprogramXml({ projectName: projectNameOf(version) }),
  );
  await write('update/firehose/patch_p2K_b128K.xml', patchXml());
  await write('contents.xml', contentsXml({ chip: DEMO_CHIP, version }));
  await writeMd5List(directory);
  return { directory, version, sizeBytes: written };
}

/** `EC25EUGA_VH`: the hardware part of the version, spelt as the anti-misburn guard spells projects (edl 0.4). */
function projectNameOf(version: string): string {
  return `${/^[A-Z0-9]+?(?=R\d{2}A\d{2})/.exec(version)?.[0] ?? version}_VH`;
}

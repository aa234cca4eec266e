/**
 * What an EC25-EU package holds and where each image goes: partitions of edl 1d, files of edl 1e. Sizes are those
 * of the genuine EG25 package where they are known; of the images that are not public only the ceilings are.
 */

export const PAGE_BYTES = 2048;
export const PAGES_PER_BLOCK = 64;

export type ImageLayout = {
  readonly file: string;
  readonly partition: string;
  readonly startSector: number;
  readonly sectorCount: number;
  /** Share of a default package, in bytes. */
  readonly usualBytes: number;
  /** Whether the image grows with the package; boot code does not. */
  readonly grows: boolean;
};

const image = (
  file: string,
  partition: string,
  startSector: number,
  sectorCount: number,
  usualBytes: number,
  grows = false,
): ImageLayout => ({ file, partition, startSector, sectorCount, usualBytes, grows });

/** In the order of their partitions. The genuine package sends one boot image twice; here each names its place. */
export const IMAGES: readonly ImageLayout[] = [
  image('update/sbl1.mbn', 'SBL', 0, 640, 223_176),
  image('update/firehose/partition_complete_p2K_b128K.mbn', 'MIBIB', 640, 640, 8_192),
  image('update/tz.mbn', 'TZ', 13184, 768, 526_844),
  image('update/rpm.mbn', 'RPM', 13952, 576, 160_904),
  image('update/appsboot.mbn', 'aboot', 15552, 768, 477_916),
  image('update/mdm9607-boot.img', 'boot', 16320, 3968, 4_500_000, true),
  image('update/mdm9607-recovery.img', 'recovery', 20288, 3968, 4_500_000, true),
  image('update/NON-HLOS.ubi', 'modem', 24256, 27392, 28_000_000, true),
  image('update/mdm9607-recovery.ubi', 'recoveryfs', 51968, 10368, 6_000_000, true),
  image('update/usrdata.ubi', 'usr_data', 62336, 30720, 2_097_152, true),
  image('update/mdm9607-sysfs.ubi', 'system', 93312, 37760, 18_000_000, true),
];

/** All partitions as the table lists them, protected ones included. */
export const PARTITIONS: readonly (readonly [name: string, startSector: number, sectorCount: number])[] = [
  ['SBL', 0, 640],
  ['MIBIB', 640, 640],
  ['EFS2', 1280, 8704],
  ['sys_rev', 9984, 2560],
  ['RAWDATA', 12544, 640],
  ['TZ', 13184, 768],
  ['RPM', 13952, 576],
  ['cust_info', 14528, 1024],
  ['aboot', 15552, 768],
  ['boot', 16320, 3968],
  ['recovery', 20288, 3968],
  ['modem', 24256, 27392],
  ['misc', 51648, 320],
  ['recoveryfs', 51968, 10368],
  ['usr_data', 62336, 30720],
  ['sec', 93056, 256],
  ['system', 93312, 37760],
];

/** Room left in a partition for the blocks a chip may lose, as a share. */
const SPARE_SHARE = 0.05;
const SMALLEST_IMAGE_BYTES = 4096;

/** Bytes of each image so that together they make about `sizeBytes`. */
export function imageSizes(sizeBytes: number): ReadonlyMap<string, number> {
  const usual = IMAGES.reduce((sum, { usualBytes }) => sum + usualBytes, 0);
  const scale = Math.min(1, sizeBytes / usual);
  const sizes = new Map(
    IMAGES.map(({ file, usualBytes }) => [
      file,
      Math.max(SMALLEST_IMAGE_BYTES, Math.floor(usualBytes * scale)),
    ]),
  );
  const growing = IMAGES.filter(({ grows }) => grows).toSorted((a, b) => b.usualBytes - a.usualBytes);
  let missing = sizeBytes - [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  for (const { file, sectorCount } of growing) {
    const now = sizes.get(file) ?? 0;
    const ceiling = Math.floor(sectorCount * PAGE_BYTES * (1 - SPARE_SHARE));
    const grown = Math.max(now, Math.min(ceiling, now + missing));
    missing -= grown - now;
    sizes.set(file, grown);
  }
  if (missing > sizeBytes * 0.01) throw new Error(`${sizeBytes} bytes do not fit the partitions of an EC25`);
  return sizes;
}

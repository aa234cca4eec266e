/** What differs from module to module, as data: identities, chip, flash, dialects. */
import { createHash } from 'node:crypto';
import { firehose9x07 } from './firehose-9x07.ts';
import type { FirehoseDialect } from './firehose-dialect.ts';
import { firehoseEmmc } from './firehose-emmc.ts';
import { firehoseSdx55 } from './firehose-sdx55.ts';
import type { NandGeometry } from './nand.ts';
import { ec25Partitions, emmcPartitions, type Partition, rm500qPartitions } from './partitions.ts';
import type { SaharaDialect } from './sahara.ts';
import {
  edlComposition,
  normalComposition,
  ramDumpComposition,
  type UsbComposition,
  type UsbSpeed,
} from './usb-compositions.ts';

export type ModuleModel = {
  readonly vendor: string;
  /** The family, as ATI and AT+CGMM say it. */
  readonly name: string;
  readonly chip: string;
  /** What the vendor's anti-misburn erase must name. */
  readonly projectName: string;
  readonly normalUsb: UsbComposition;
  readonly edlUsb: UsbComposition;
  readonly ramDumpUsb: UsbComposition;
  readonly geometry: NandGeometry;
  /** A disk instead of NAND. */
  readonly isRewritable?: boolean;
  /** Where the two are on different buses of one port, the module moves on its way (edl 1a). */
  readonly speed: { readonly normal: UsbSpeed; readonly edl: UsbSpeed };
  partitions(geometry: NandGeometry): readonly Partition[];
  /** MSM id, OEM id and model id; 16 hex digits. */
  readonly hardwareId: string;
  /** Hash of the root key that programmers are signed with, as hex; made up for every model here. */
  readonly rootKeyHash: string;
  readonly sahara: SaharaDialect;
  readonly firehose: FirehoseDialect;
};

const sahara9x07: SaharaDialect = {
  version: 2,
  lowestVersion: 1,
  commandMaxBytes: 0x400,
  imageId: 13,
  doneStatus: 0,
  asksIn64Bit: false,
  hasCommandMode: true,
  hasStateMachineReset: false,
};

function rootKeyHashOf(chip: string, hash: 'sha256' | 'sha384'): string {
  return createHash(hash).update(`simulated root key of ${chip}`).digest('hex');
}

/** Quectel EC25-EU: MDM9607, 256 MiB NAND of 2 KiB pages in 128 KiB blocks (edl 1d, field 2c). */
export const ec25Eu: ModuleModel = {
  vendor: 'Quectel',
  name: 'EC25',
  chip: 'MDM9607',
  projectName: 'EC25EUGA_VH',
  normalUsb: normalComposition({ productId: 0x0125, product: 'EC25-EU' }),
  edlUsb: edlComposition({ protocol: 0xff, product: 'QHSUSB__BULK' }),
  ramDumpUsb: ramDumpComposition({ vendorId: 0x05c6, productId: 0x900e }),
  geometry: { pageBytes: 2048, pagesPerBlock: 64, blockCount: 2048 },
  speed: { normal: 'high', edl: 'high' },
  partitions: ec25Partitions,
  hardwareId: '000480e100000000',
  rootKeyHash: rootKeyHashOf('MDM9607', 'sha256'),
  sahara: sahara9x07,
  firehose: firehose9x07,
};

/** Quectel EG25-G: the EC25's chip and flash under another name. */
export const eg25G: ModuleModel = { ...ec25Eu, name: 'EG25' };

/**
 * Quectel RM500Q-GL: SDX55, 512 MiB NAND of 4 KiB pages in 256 KiB blocks; SuperSpeed, high speed in EDL (edl 1a, 1d).
 * Its hardware id is made up.
 */
export const rm500qGl: ModuleModel = {
  vendor: 'Quectel',
  name: 'RM500Q-GL',
  chip: 'SDX55',
  projectName: 'RM500QGL_VH',
  normalUsb: normalComposition({
    productId: 0x0800,
    product: 'RM500Q-GL',
    protocols: { diag: 0x30, nmea: 0x40 },
  }),
  edlUsb: edlComposition({ protocol: 0x11, product: 'QUSB_BULK_CID:0415_SN:12345678' }),
  ramDumpUsb: ramDumpComposition({ vendorId: 0x2c7c, productId: 0x0800 }),
  geometry: { pageBytes: 4096, pagesPerBlock: 64, blockCount: 0x800 },
  speed: { normal: 'super', edl: 'high' },
  partitions: rm500qPartitions,
  hardwareId: '0011e0e100000000',
  rootKeyHash: rootKeyHashOf('SDX55', 'sha384'),
  sahara: { ...sahara9x07, doneStatus: 1, hasStateMachineReset: true },
  firehose: firehoseSdx55,
};

/** A module with eMMC, as the RG650V is said to be (field 2c); little more of it is known, and the disk is small. */
export const rg650v: ModuleModel = {
  vendor: 'Quectel',
  name: 'RG650V-EU',
  chip: 'SDX7X',
  projectName: 'RG650VEU_VH',
  normalUsb: normalComposition({
    productId: 0x0122,
    product: 'RG650V-EU',
    protocols: { diag: 0x30, nmea: 0 },
  }),
  edlUsb: edlComposition({ protocol: 0x10, product: 'QUSB_BULK_CID:0415_SN:12345678' }),
  ramDumpUsb: ramDumpComposition({ vendorId: 0x05c6, productId: 0x900e }),
  geometry: { pageBytes: 512, pagesPerBlock: 1, blockCount: 524_288 },
  isRewritable: true,
  speed: { normal: 'super', edl: 'super' },
  partitions: emmcPartitions,
  hardwareId: '001600e100000000',
  rootKeyHash: rootKeyHashOf('SDX7X', 'sha384'),
  sahara: { ...sahara9x07, version: 3, doneStatus: 1, asksIn64Bit: true, hasStateMachineReset: true },
  firehose: firehoseEmmc,
};

const MODELS: readonly (readonly [prefix: string, model: ModuleModel])[] = [
  ['EC25', ec25Eu],
  ['EG25', eg25G],
  ['RM500Q', rm500qGl],
  ['RG650V', rg650v],
];

/** The module that runs firmware of this name; `undefined`: none here does. */
export function modelForFirmware(firmware: string): ModuleModel | undefined {
  return MODELS.find(([prefix]) => firmware.startsWith(prefix))?.[1];
}

export const KNOWN_FIRMWARE_PREFIXES = MODELS.map(([prefix]) => prefix);

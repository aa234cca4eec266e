/** What differs from module to module, as data: identities, chip, flash, dialects. */
import { createHash } from 'node:crypto';
import { type FirehoseDialect, firehose9x07 } from './firehose-dialect.ts';
import type { NandGeometry } from './nand.ts';
import { ec25Partitions, type Partition } from './partitions.ts';
import type { SaharaDialect } from './sahara.ts';
import { edlComposition, normalComposition, type UsbComposition } from './usb-compositions.ts';

export type ModuleModel = {
  readonly vendor: string;
  /** The family, as ATI and AT+CGMM say it. */
  readonly name: string;
  readonly chip: string;
  /** What the vendor's anti-misburn erase must name. */
  readonly projectName: string;
  readonly normalUsb: UsbComposition;
  readonly edlUsb: UsbComposition;
  readonly geometry: NandGeometry;
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
  geometry: { pageBytes: 2048, pagesPerBlock: 64, blockCount: 2048 },
  partitions: ec25Partitions,
  hardwareId: '000480e100000000',
  rootKeyHash: rootKeyHashOf('MDM9607', 'sha256'),
  sahara: sahara9x07,
  firehose: firehose9x07,
};

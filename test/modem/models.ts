/** What differs from module to module, as data: identities, chip, flash, dialects. */
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
  readonly sahara: SaharaDialect;
  readonly firehose: FirehoseDialect;
};

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
  sahara: { version: 2, lowestVersion: 1, commandMaxBytes: 0x400, imageId: 13, doneStatus: 0 },
  firehose: firehose9x07,
};

/** What differs from module to module, as data: identities, chip, flash, dialects. */
import { type FirehoseDialect, firehose9x07 } from './firehose-dialect.ts';
import type { NandGeometry } from './nand.ts';
import { ec25Partitions, type Partition } from './partitions.ts';
import type { SaharaDialect } from './sahara.ts';

export type UsbIdentity = {
  readonly vendorId: number;
  readonly productId: number;
  readonly interfaceCount: number;
};

export type ModuleModel = {
  readonly vendor: string;
  /** The family, as ATI and AT+CGMM say it. */
  readonly name: string;
  readonly chip: string;
  /** What the vendor's anti-misburn erase must name. */
  readonly projectName: string;
  readonly normalUsb: UsbIdentity;
  readonly edlUsb: UsbIdentity;
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
  normalUsb: { vendorId: 0x2c7c, productId: 0x0125, interfaceCount: 5 },
  edlUsb: { vendorId: 0x05c6, productId: 0x9008, interfaceCount: 1 },
  geometry: { pageBytes: 2048, pagesPerBlock: 64, blockCount: 2048 },
  partitions: ec25Partitions,
  sahara: { version: 2, lowestVersion: 1, commandMaxBytes: 0x400, imageId: 13, doneStatus: 0 },
  firehose: firehose9x07,
};

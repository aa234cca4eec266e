/**
 * Calibration: what the factory measured on this one module and no firmware brings back (field 1b, reports 9, 11, 18).
 * It lies in the protected partitions; the IMEI is part of it. A module without it starts in factory test mode.
 */
import { createHash } from 'node:crypto';
import { deterministicBytes } from './deterministic-bytes.ts';
import { buildImage } from './image-format.ts';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';
import { type ImageFailure, readImage } from './stored-image.ts';

export type Calibration =
  | { readonly kind: 'intact'; readonly imei: string }
  | { readonly kind: 'damaged'; readonly because: ImageFailure };

const FACTORY = 'factory';
const IMEI_DIGITS = 15;
/** Where the IMEI is: the modem's file system, in a partition of NAND or of a disk. */
const HOLDS_IMEI = new Set(['EFS2', 'modemst1']);
/** Room the radio's tables take in it, in bytes; the others hold a few pages. */
const EFS2_TABLES_BYTES = 96 * 1024;
const OTHER_TABLES_BYTES = 6 * 1024;

/** The image the factory wrote into one protected partition of the module with this IMEI. */
export function buildCalibrationImage(options: {
  partition: string;
  chip: string;
  imei: string;
}): Uint8Array {
  const { partition, chip, imei } = options;
  if (!/^\d{15}$/.test(imei)) throw new Error(`an IMEI has ${IMEI_DIGITS} digits: "${imei}"`);
  const tableBytes = HOLDS_IMEI.has(partition) ? EFS2_TABLES_BYTES : OTHER_TABLES_BYTES;
  const tables = deterministicBytes(`calibration of ${imei} in ${partition}`, tableBytes);
  const payload = Buffer.concat([Buffer.from(imei, 'latin1'), tables]);
  return buildImage({ partition, chip, firmware: FACTORY, payload });
}

/** Is the calibration still what the factory wrote? Every protected partition counts. */
export function readCalibration(nand: Nand, partitions: readonly Partition[], chip: string): Calibration {
  let imei = '';
  for (const partition of partitions.filter((p) => p.role === 'protected')) {
    const image = readImage(nand, partition, chip);
    if (!image.ok) return { kind: 'damaged', because: image.failure };
    if (HOLDS_IMEI.has(partition.name))
      imei = Buffer.concat(image.value.payload).toString('latin1', 0, IMEI_DIGITS);
  }
  return { kind: 'intact', imei };
}

/** SHA-256 (hex) over every page of the protected partitions, erased or not: equal means untouched. */
export function calibrationDigest(nand: Nand, partitions: readonly Partition[]): string {
  const digest = createHash('sha256');
  for (const { name, role, startSector, sectorCount } of partitions) {
    if (role !== 'protected') continue;
    digest.update(`${name}:`);
    for (let page = startSector; page < startSector + sectorCount; page++) {
      const stored = nand.programmedPage(page);
      if (stored !== undefined) digest.update(`${page}:`).update(stored);
    }
  }
  return digest.digest('hex');
}

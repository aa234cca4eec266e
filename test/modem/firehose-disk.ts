/** Commands for storage that is a disk (eMMC, UFS): `<patch>` and `<setbootablestoragedrive>`. NAND knows neither. */
import { crc32 } from 'node:zlib';
import { err, ok, type Result } from '../../shared/result.ts';
import {
  checkGeometryAttributes,
  numberAttribute,
  type RegionFailure,
  sectorNumber,
} from './firehose-region.ts';
import type { FirehoseSession } from './firehose-session.ts';
import type { FirehoseCommand } from './firehose-xml.ts';
import type { Nand } from './nand.ts';

/** Sizes of a patched field, in bytes. */
const FIELD_BYTES = [1, 2, 4, 8];
/** Most bytes that a CRC32(...) of a patch covers: a GPT's array of entries has 16 KiB. */
const CRC_MAX_BYTES = 1024 * 1024;

/** Changes a few bytes of one sector. Patches of files are the host's own work (edl 1c). */
export function patchDisk(session: FirehoseSession, command: FirehoseCommand): void {
  const { nand } = session.options;
  const checked = patchOf(command, nand);
  if (!checked.ok) {
    session.refuse(checked.failure.log);
    return;
  }
  const { sector, value, offsetBytes, sizeBytes } = checked.value;
  const bytes = Buffer.alloc(nand.geometry.pageBytes);
  nand.readPage(sector, bytes, 0);
  const field = Buffer.alloc(Math.max(...FIELD_BYTES));
  field.writeBigUInt64LE(BigInt(value));
  field.copy(bytes, offsetBytes, 0, sizeBytes);
  nand.program(sector, bytes);
  session.log(`Patched sector ${sector} with ${value.toString(16).toUpperCase()}`);
  session.finish();
}

type Patch = {
  readonly sector: number;
  readonly value: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
};

function patchOf(command: FirehoseCommand, nand: Nand): Result<Patch, RegionFailure> {
  const { attributes } = command;
  if (!nand.isRewritable) return refuse('ERROR: patch needs a disk, and this is NAND');
  if (attributes.get('filename') !== 'DISK') return refuse("ERROR: patch of a file: only 'DISK' is here");
  const fits = checkGeometryAttributes(command, nand.geometry, {
    sectorSize: 'required',
    pagesPerBlock: 'ignored',
  });
  if (!fits.ok) return fits;
  const sector = evaluate(attributes.get('start_sector') ?? '', nand);
  const value = evaluate(attributes.get('value') ?? '', nand);
  if (!(sector >= 0 && sector < nand.pageCount && value >= 0)) {
    return refuse('ERROR: patch: start_sector or value cannot be computed');
  }
  const offsetBytes = numberAttribute(command, 'byte_offset') ?? Number.NaN;
  const sizeBytes = numberAttribute(command, 'size_in_bytes') ?? Number.NaN;
  if (!FIELD_BYTES.includes(sizeBytes) || !(offsetBytes + sizeBytes <= nand.geometry.pageBytes)) {
    return refuse('ERROR: patch: the field does not lie inside its sector');
  }
  return ok({ sector, value, offsetBytes, sizeBytes });
}

const refuse = (log: string): Result<never, RegionFailure> => err({ reason: 'region-refused', log });

/** Chooses the partition that the boot ROM starts from; the simulated one has a single. */
export function setBootableStorageDrive(session: FirehoseSession, command: FirehoseCommand): void {
  const drive = numberAttribute(command, 'value');
  if (!session.options.nand.isRewritable) session.refuse('ERROR: setbootablestoragedrive needs a disk');
  else if (drive !== 0 && drive !== 1) session.refuse('ERROR: setbootablestoragedrive: no such drive');
  else {
    session.log(`Set bootable drive to ${drive}.`);
    session.finish();
  }
}

/** A sector, or `CRC32(2,4096)` over a first sector and its bytes; NaN: neither. */
function evaluate(expression: string, nand: Nand): number {
  const [, first, length] = /^CRC32\(([^,()]{1,40}),(\d{1,7})\)$/.exec(expression) ?? [];
  if (first === undefined) return sectorNumber(expression, nand.pageCount);
  return crcOf(nand, sectorNumber(first, nand.pageCount), Number(length));
}

function crcOf(nand: Nand, firstSector: number, lengthBytes: number): number {
  const { pageBytes } = nand.geometry;
  const sectorCount = Math.ceil(lengthBytes / pageBytes);
  const isInside = firstSector >= 0 && firstSector + sectorCount <= nand.pageCount;
  if (lengthBytes > CRC_MAX_BYTES || !isInside) return Number.NaN;
  const bytes = new Uint8Array(sectorCount * pageBytes);
  for (let index = 0; index < sectorCount; index++)
    nand.readPage(firstSector + index, bytes, index * pageBytes);
  return crc32(bytes.subarray(0, lengthBytes));
}

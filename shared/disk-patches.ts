/**
 * Patch files of a package for a disk (edl 1c): single fields of its partition table that depend on the disk's size,
 * such as its checksums. Those for `DISK` are for the modem; others patch files on the host, which nobody sends.
 */
import { PATCHES_MAX, RAWPROGRAM_MAX_BYTES } from './limits.ts';
import { type Attributes, type FlatElement, readFlatElements } from './ordered-xml.ts';
import { placeOf, type RawprogramDisk } from './rawprogram.ts';
import { err, ok, type Result } from './result.ts';

export type DiskPatch = {
  readonly file: string;
  readonly line: number;
  readonly startSector: number;
  readonly byteOffset: number;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly physicalPartition: number;
  /** What is sent: verbatim and in order, without the words for people. */
  readonly attributes: Attributes;
};

export type DiskPatchFailure = {
  readonly reason: 'patch-file-invalid';
  readonly file: string;
  readonly line: number;
  readonly why: string;
};

const KNOWN_ATTRIBUTES = new Set([
  'SECTOR_SIZE_IN_BYTES',
  'byte_offset',
  'filename',
  'physical_partition_number',
  'size_in_bytes',
  'start_sector',
  'value',
  'what',
]);
/** For people; a programmer's parser is primitive, and these hold quotes. */
const FOR_PEOPLE = 'what';
const PLACE = /NUM_DISK_SECTORS-\d{1,9}\.?|\d{1,10}/.source;
/** A number, a sector counted from the end, or a checksum over sectors. */
const VALUE = new RegExp(`^(?:${PLACE}|CRC32\\((?:${PLACE}),\\d{1,7}\\))$`);
const FIELD_BYTES = [1, 2, 4, 8];

/** The patches for the disk, in the order of the file. */
export function parseDiskPatches(
  xml: string,
  file: string,
  disk: RawprogramDisk,
): Result<readonly DiskPatch[], DiskPatchFailure> {
  const refuse = (line: number, why: string) =>
    err({ reason: 'patch-file-invalid', file, line, why: why.slice(0, 200) } as const);
  if (xml.length > RAWPROGRAM_MAX_BYTES) return refuse(1, `more than ${RAWPROGRAM_MAX_BYTES} bytes`);
  const elements = readFlatElements(xml, 'patches');
  if (!elements.ok) {
    const { failure } = elements;
    if (failure.what === 'malformed') return refuse(failure.line, failure.why);
    const name = failure.what === 'unknown-element' ? `<${failure.element}>` : failure.attribute;
    return refuse(failure.line, `${name} is unknown here`);
  }
  if (elements.value.length > PATCHES_MAX) return refuse(1, `more than ${PATCHES_MAX} patches`);
  const patches: DiskPatch[] = [];
  for (const element of elements.value) {
    const patch = readPatch(element, file, disk);
    if (typeof patch === 'string') return refuse(element.line, patch);
    if (patch !== null) patches.push(patch);
  }
  return ok(patches);
}

/** null: not for the disk. Text: why it is refused. */
function readPatch({ name, line, attributes }: FlatElement, file: string, disk: RawprogramDisk) {
  if (name !== 'patch') return `<${name.slice(0, 40)}> is unknown here`;
  const values = new Map(attributes);
  const unknown = [...values.keys()].find((attribute) => !KNOWN_ATTRIBUTES.has(attribute));
  if (unknown !== undefined) return `attribute ${unknown.slice(0, 40)} is unknown`;
  if (values.get('filename')?.toUpperCase() !== 'DISK') return null;
  const number = (attribute: string) => {
    const text = values.get(attribute) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  const startSector = placeOf(values.get('start_sector') ?? '', disk);
  const byteOffset = number('byte_offset');
  const sizeBytes = number('size_in_bytes');
  const sectorBytes = number('SECTOR_SIZE_IN_BYTES');
  const physicalPartition = number('physical_partition_number');
  if (startSector === null) return 'start_sector is no sector of this disk';
  if (byteOffset === null || sizeBytes === null || sectorBytes === null || physicalPartition === null)
    return 'byte_offset, size_in_bytes, SECTOR_SIZE_IN_BYTES and physical_partition_number must be numbers';
  if (!FIELD_BYTES.includes(sizeBytes) || byteOffset + sizeBytes > sectorBytes)
    return 'the field does not lie inside one sector';
  if (!VALUE.test(values.get('value') ?? '')) return 'nobody knows what its value would be';
  const sent = attributes.filter(([attribute]) => attribute !== FOR_PEOPLE);
  return { file, line, startSector, byteOffset, sizeBytes, sectorBytes, physicalPartition, attributes: sent };
}

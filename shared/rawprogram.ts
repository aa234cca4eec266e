/**
 * Qualcomm rawprogram files as vendors ship them for NAND and eMMC (edl 1c, 1d): a flat list of `<erase>` and `<program>`
 * elements. Attributes are kept verbatim and in order, because the programmer's anti-misburn guard depends on
 * both. Strict: an unknown element or attribute is refused (P6).
 */
import { RAWPROGRAM_MAX_ATTRIBUTES, RAWPROGRAM_MAX_BYTES, RAWPROGRAM_MAX_COMMANDS } from './limits.ts';
import { type Attributes, type FlatElement, type FlatXmlFailure, readFlatElements } from './ordered-xml.ts';
import { assertNever, err, ok, type Result } from './result.ts';

export type { Attributes };

/** A range of pages or sectors; `sectorBytes` and `pagesPerBlock` are what the file believes of the storage. */
export type SectorRange = {
  readonly startSector: number;
  readonly sectorCount: number;
  readonly sectorBytes: number;
  /** null where the file does not say: disks have no pages. */
  readonly pagesPerBlock: number | null;
  readonly physicalPartition: number;
};

/** `label` is the partition's name, where the file gives one. */
type NamedSectors = SectorRange & { readonly line: number; readonly label?: string };

export type RawprogramCommand =
  | { readonly kind: 'guard'; readonly line: number; readonly attributes: Attributes }
  | ({ readonly kind: 'erase' } & NamedSectors)
  | ({ readonly kind: 'program'; readonly filename: string } & NamedSectors)
  /** Of a disk: a partition that nothing is written to. */
  | ({ readonly kind: 'partition' } & NamedSectors);

export type RawprogramFailure =
  | { readonly reason: 'rawprogram-too-large'; readonly bytes: number; readonly maxBytes: number }
  | { readonly reason: 'rawprogram-malformed'; readonly line: number; readonly why: string }
  | { readonly reason: 'rawprogram-too-many-commands'; readonly maxCommands: number }
  | { readonly reason: 'rawprogram-empty' }
  | { readonly reason: 'rawprogram-unknown-element'; readonly line: number; readonly element: string }
  | { readonly reason: 'rawprogram-unknown-attribute'; readonly line: number; readonly attribute: string }
  | { readonly reason: 'rawprogram-attribute-missing'; readonly line: number; readonly attribute: string }
  | {
      readonly reason: 'rawprogram-attribute-not-a-number';
      readonly line: number;
      readonly attribute: string;
    }
  /** An erase without both ends erases the whole chip, calibration included (edl 0.3). */
  | { readonly reason: 'erase-without-range'; readonly line: number };

/**
 * `last_sector` and `start_byte_hex` are compared with the range. Of no consequence here: `label` beside the names of
 * partitions, `partofsingleimage`, `readbackverify` (everything is read back), `size_in_KB` (a rounded size).
 */
const KNOWN_ATTRIBUTES = new Set([
  'PAGES_PER_BLOCK',
  'SECTOR_SIZE_IN_BYTES',
  'filename',
  'file_sector_offset',
  'label',
  'last_sector',
  'num_partition_sectors',
  'partofsingleimage',
  'physical_partition_number',
  'readbackverify',
  'size_in_KB',
  'sparse',
  'start_byte_hex',
  'start_sector',
]);
/** Attributes that change what the file's bytes mean, with the one value that we write as it is meant. */
const ONLY_VALUES: ReadonlyMap<string, string> = new Map([
  ['sparse', 'false'],
  ['file_sector_offset', '0'],
]);

/**
 * Quectel's anti-misburn guard (edl 0.4). A programmer that does not take it for one sees an erase without a range,
 * so nothing passes for a guard that lacks any of these.
 */
const GUARD_VENDOR = 'quectel';
const GUARD_NEEDS = ['a_rawdata_start_sector', 'b_rawdata_num_sector', 'c_project_name', 'd_project_type'];
const GUARD_ATTRIBUTE = /^(vendor|[a-z]_[a-z_]{1,40})$/;
const GUARD_VALUE = /^[A-Za-z0-9_.+-]{1,64}$/;

/** The disk that a file is for: its sectors may be counted from the end. NAND has none. */
export type RawprogramDisk = { readonly totalSectors: number };

/** Commands in the order of the file, each with the line it stands on. `disk` is null for NAND. */
export function parseRawprogram(
  xml: string,
  disk: RawprogramDisk | null = null,
): Result<readonly RawprogramCommand[], RawprogramFailure> {
  const bytes = new TextEncoder().encode(xml).length;
  if (bytes > RAWPROGRAM_MAX_BYTES) {
    return err({ reason: 'rawprogram-too-large', bytes, maxBytes: RAWPROGRAM_MAX_BYTES });
  }
  const elements = readFlatElements(xml, 'data');
  if (!elements.ok) return err(failureOf(elements.failure));
  if (elements.value.length === 0) return err({ reason: 'rawprogram-empty' });
  if (elements.value.length > RAWPROGRAM_MAX_COMMANDS) {
    return err({ reason: 'rawprogram-too-many-commands', maxCommands: RAWPROGRAM_MAX_COMMANDS });
  }
  const commands: RawprogramCommand[] = [];
  for (const element of elements.value) {
    const command = readCommand(element, disk);
    if (!command.ok) return command;
    commands.push(command.value);
  }
  return ok(commands);
}

function failureOf(failure: FlatXmlFailure): RawprogramFailure {
  const { line } = failure;
  switch (failure.what) {
    case 'malformed':
      return { reason: 'rawprogram-malformed', line, why: failure.why };
    case 'unknown-element':
      return { reason: 'rawprogram-unknown-element', line, element: failure.element };
    case 'unknown-attribute':
      return { reason: 'rawprogram-unknown-attribute', line, attribute: failure.attribute };
    default:
      return assertNever(failure);
  }
}

function readCommand(
  { name: element, line, attributes }: FlatElement,
  disk: RawprogramDisk | null,
): Result<RawprogramCommand, RawprogramFailure> {
  if (element !== 'erase' && element !== 'program')
    return err({ reason: 'rawprogram-unknown-element', line, element: element.slice(0, 40) });
  if (attributes.length > RAWPROGRAM_MAX_ATTRIBUTES) {
    const why = `more than ${RAWPROGRAM_MAX_ATTRIBUTES} attributes`;
    return err({ reason: 'rawprogram-malformed', line, why });
  }
  const values = new Map(attributes);
  if (element === 'erase' && values.has('vendor')) return readGuard(attributes, line);
  const refusal = judgeAttributes(values, line);
  if (refusal !== null) return err(refusal);
  if (element === 'erase' && !(values.has('start_sector') && values.has('num_partition_sectors')))
    return err({ reason: 'erase-without-range', line });

  const range = readRange(values, line, disk);
  if (!range.ok) return range;
  const label = values.get('label');
  const named = { line, ...range.value, ...(label === undefined ? {} : { label: label.slice(0, 40) }) };
  if (element === 'erase') return ok({ kind: 'erase', ...named });
  const filename = values.get('filename') ?? '';
  if (filename !== '') return ok({ kind: 'program', filename, ...named });
  // On disks a partition that no file is for is listed all the same: it says where what must be left alone lies.
  if (disk !== null && values.has('filename')) return ok({ kind: 'partition', ...named });
  return err({ reason: 'rawprogram-attribute-missing', line, attribute: 'filename' });
}

function judgeAttributes(values: ReadonlyMap<string, string>, line: number): RawprogramFailure | null {
  for (const [name, value] of values) {
    if (!KNOWN_ATTRIBUTES.has(name))
      return { reason: 'rawprogram-unknown-attribute', line, attribute: name.slice(0, 40) };
    const only = ONLY_VALUES.get(name);
    if (only !== undefined && value !== only)
      return { reason: 'rawprogram-malformed', line, why: `${name} other than ${only} is not supported` };
  }
  return null;
}

function readGuard(attributes: Attributes, line: number): Result<RawprogramCommand, RawprogramFailure> {
  const values = new Map(attributes);
  if (values.get('vendor') !== GUARD_VENDOR || GUARD_NEEDS.some((name) => !values.has(name)))
    return err({ reason: 'erase-without-range', line });
  const strange = attributes.find(([name, value]) => !GUARD_ATTRIBUTE.test(name) || !GUARD_VALUE.test(value));
  if (strange !== undefined) {
    return err({ reason: 'rawprogram-unknown-attribute', line, attribute: strange[0].slice(0, 40) });
  }
  return ok({ kind: 'guard', line, attributes });
}

function readRange(
  values: ReadonlyMap<string, string>,
  line: number,
  disk: RawprogramDisk | null,
): Result<SectorRange, RawprogramFailure> {
  const numbers: number[] = [];
  const needed = ['num_partition_sectors', 'SECTOR_SIZE_IN_BYTES', 'physical_partition_number'];
  for (const name of ['start_sector', ...needed, 'PAGES_PER_BLOCK']) {
    const value = values.get(name);
    const isOptional = name === 'PAGES_PER_BLOCK' && disk !== null;
    if (value === undefined && isOptional) continue;
    if (value === undefined) return err({ reason: 'rawprogram-attribute-missing', line, attribute: name });
    const number = name === 'start_sector' ? placeOf(value, disk) : numberOf(value);
    if (number === null) return err({ reason: 'rawprogram-attribute-not-a-number', line, attribute: name });
    numbers.push(number);
  }
  const contradiction = findContradiction(values, numbers, disk);
  if (contradiction !== null) return err({ reason: 'rawprogram-malformed', line, why: contradiction });
  const [startSector = 0, sectorCount = 0, sectorBytes = 0, physicalPartition = 0, pagesPerBlock = null] =
    numbers;
  return ok({ startSector, sectorCount, sectorBytes, pagesPerBlock, physicalPartition });
}

/** Places that are said twice must be one place; null where they are. A count of 0 has no last sector. */
function findContradiction(
  values: ReadonlyMap<string, string>,
  [startSector = 0, sectorCount = 0, sectorBytes = 0]: readonly number[],
  disk: RawprogramDisk | null,
): string | null {
  const last = values.get('last_sector');
  if (last !== undefined && sectorCount > 0 && placeOf(last, disk) !== startSector + sectorCount - 1)
    return `last_sector is not the last of ${sectorCount} from ${startSector} on`;
  const startByte = values.get('start_byte_hex');
  // What is counted from the end of a disk has a formula there, in bytes.
  const isCountedFromEnd = numberOf(values.get('start_sector') ?? '') === null;
  if (startByte === undefined || isCountedFromEnd) return null;
  const isHex = /^0x[0-9a-f]{1,12}$/i.test(startByte);
  if (isHex && Number(startByte) === startSector * sectorBytes) return null;
  return `start_byte_hex is not where sector ${startSector} begins`;
}

function numberOf(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** A sector; on a disk also counted from its end, `NUM_DISK_SECTORS-33.`; null where it is neither, or before the disk. */
export function placeOf(text: string, disk: RawprogramDisk | null): number | null {
  const fromEnd = /^NUM_DISK_SECTORS-(\d{1,9})\.?$/.exec(text)?.[1];
  if (disk === null || fromEnd === undefined) return numberOf(text);
  const sector = disk.totalSectors - Number(fromEnd);
  return sector >= 0 ? sector : null;
}

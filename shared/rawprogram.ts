/**
 * Qualcomm rawprogram files as Quectel ships them for NAND (edl 1c, 1d): a flat list of `<erase>` and `<program>`
 * elements. Attributes are kept verbatim and in order, because the programmer's anti-misburn guard depends on
 * both. Strict: an unknown element or attribute is refused (P6).
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { RAWPROGRAM_MAX_ATTRIBUTES, RAWPROGRAM_MAX_BYTES, RAWPROGRAM_MAX_COMMANDS } from './limits.ts';
import { err, ok, type Result } from './result.ts';

export type Attributes = readonly (readonly [name: string, value: string])[];

/** A range of pages; `sectorBytes` and `pagesPerBlock` are what the file believes of the storage. */
export type SectorRange = {
  readonly startSector: number;
  readonly sectorCount: number;
  readonly sectorBytes: number;
  readonly pagesPerBlock: number;
  readonly physicalPartition: number;
};

export type RawprogramCommand =
  | { readonly kind: 'guard'; readonly line: number; readonly attributes: Attributes }
  | ({ readonly kind: 'erase'; readonly line: number } & SectorRange)
  | ({ readonly kind: 'program'; readonly line: number; readonly filename: string } & SectorRange);

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
const GUARD_ATTRIBUTE = /^(vendor|[a-z]_[a-z_]{1,40})$/;

type OrderedNode = Record<string, unknown> & { ':@'?: Record<string, string> };

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  processEntities: false,
  captureMetaData: true,
});
const META = XMLParser.getMetaDataSymbol() as unknown as symbol;

/** Commands in the order of the file, each with the line it stands on. */
export function parseRawprogram(xml: string): Result<readonly RawprogramCommand[], RawprogramFailure> {
  const bytes = new TextEncoder().encode(xml).length;
  if (bytes > RAWPROGRAM_MAX_BYTES) {
    return err({ reason: 'rawprogram-too-large', bytes, maxBytes: RAWPROGRAM_MAX_BYTES });
  }
  if (/<!(DOCTYPE|ENTITY)/i.test(xml))
    return err({ reason: 'rawprogram-malformed', line: 1, why: 'a DOCTYPE is not allowed' });
  const valid = XMLValidator.validate(xml);
  if (valid !== true)
    return err({ reason: 'rawprogram-malformed', line: valid.err.line, why: valid.err.msg });

  const root = (parser.parse(xml) as OrderedNode[]).find((node) => 'data' in node);
  const elements = (root?.data as OrderedNode[] | undefined) ?? [];
  if (elements.length === 0) return err({ reason: 'rawprogram-empty' });
  if (elements.length > RAWPROGRAM_MAX_COMMANDS) {
    return err({ reason: 'rawprogram-too-many-commands', maxCommands: RAWPROGRAM_MAX_COMMANDS });
  }
  const commands: RawprogramCommand[] = [];
  for (const element of elements) {
    const command = readCommand(element, lineOf(xml, element));
    if (!command.ok) return command;
    commands.push(command.value);
  }
  return ok(commands);
}

function lineOf(xml: string, node: OrderedNode): number {
  const meta = (node as Record<symbol, { startIndex?: number } | undefined>)[META];
  return xml.slice(0, meta?.startIndex ?? 0).split('\n').length;
}

function readCommand(node: OrderedNode, line: number): Result<RawprogramCommand, RawprogramFailure> {
  const element = Object.keys(node).find((key) => key !== ':@') ?? '';
  const attributes = Object.entries(node[':@'] ?? {});
  if (element !== 'erase' && element !== 'program') {
    return err({ reason: 'rawprogram-unknown-element', line, element: element.slice(0, 40) });
  }
  if (attributes.length > RAWPROGRAM_MAX_ATTRIBUTES) {
    return err({
      reason: 'rawprogram-malformed',
      line,
      why: `more than ${RAWPROGRAM_MAX_ATTRIBUTES} attributes`,
    });
  }
  const isGuard = element === 'erase' && attributes.some(([name]) => name === 'vendor');
  const unknown = attributes.find(
    ([name]) => !(isGuard ? GUARD_ATTRIBUTE.test(name) : KNOWN_ATTRIBUTES.has(name)),
  );
  if (unknown !== undefined) {
    return err({ reason: 'rawprogram-unknown-attribute', line, attribute: unknown[0].slice(0, 40) });
  }
  if (isGuard) return ok({ kind: 'guard', line, attributes });

  const has = (name: string) => attributes.some(([candidate]) => candidate === name);
  if (element === 'erase' && !(has('start_sector') && has('num_partition_sectors'))) {
    return err({ reason: 'erase-without-range', line });
  }
  const range = readRange(attributes, line);
  if (!range.ok) return range;
  if (element === 'erase') return ok({ kind: 'erase', line, ...range.value });
  const filename = attributes.find(([name]) => name === 'filename')?.[1] ?? '';
  if (filename === '') return err({ reason: 'rawprogram-attribute-missing', line, attribute: 'filename' });
  return ok({ kind: 'program', line, filename, ...range.value });
}

function readRange(attributes: Attributes, line: number): Result<SectorRange, RawprogramFailure> {
  const numbers: number[] = [];
  for (const name of [
    'start_sector',
    'num_partition_sectors',
    'SECTOR_SIZE_IN_BYTES',
    'PAGES_PER_BLOCK',
    'physical_partition_number',
  ]) {
    const value = attributes.find(([candidate]) => candidate === name)?.[1];
    if (value === undefined) return err({ reason: 'rawprogram-attribute-missing', line, attribute: name });
    if (!/^\d{1,9}$/.test(value))
      return err({ reason: 'rawprogram-attribute-not-a-number', line, attribute: name });
    numbers.push(Number(value));
  }
  const [startSector = 0, sectorCount = 0, sectorBytes = 0, pagesPerBlock = 0, physicalPartition = 0] =
    numbers;
  return ok({ startSector, sectorCount, sectorBytes, pagesPerBlock, physicalPartition });
}

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

/** Of the parser's complaint. */
const WHY_MAX_CHARS = 200;

type OrderedNode = Record<string, unknown> & { ':@'?: Record<string, string> };

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
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
  if (valid !== true) {
    // It names every tag that is not closed, of which there may be tens of thousands.
    const why = valid.err.msg.slice(0, WHY_MAX_CHARS);
    return err({ reason: 'rawprogram-malformed', line: valid.err.line, why });
  }

  const elements = readElements(xml);
  if (!elements.ok) return elements;
  if (elements.value.length === 0) return err({ reason: 'rawprogram-empty' });
  if (elements.value.length > RAWPROGRAM_MAX_COMMANDS) {
    return err({ reason: 'rawprogram-too-many-commands', maxCommands: RAWPROGRAM_MAX_COMMANDS });
  }
  const commands: RawprogramCommand[] = [];
  for (const element of elements.value) {
    const command = readCommand(element, lineOf(xml, element));
    if (!command.ok) return command;
    commands.push(command.value);
  }
  return ok(commands);
}

/** What stands in `<data>`; nothing else may stand beside it, and it has no attributes. */
function readElements(xml: string): Result<readonly OrderedNode[], RawprogramFailure> {
  let nodes: readonly OrderedNode[];
  try {
    nodes = withoutBlanks(parser.parse(xml) as OrderedNode[]);
  } catch (error) {
    // Well-formed, and still refused by the parser: names such as `__proto__`.
    return err({ reason: 'rawprogram-malformed', line: 1, why: messageOf(error) });
  }
  const stray = nodes.find((node) => !['?xml', 'data'].includes(nameOf(node)));
  if (stray !== undefined) return unknownElement(stray, lineOf(xml, stray));
  const data = nodes.find((node) => 'data' in node);
  const attribute = Object.keys(data?.[':@'] ?? {})[0];
  if (attribute !== undefined) {
    return err({ reason: 'rawprogram-unknown-attribute', line: 1, attribute: attribute.slice(0, 40) });
  }
  return ok(withoutBlanks(data?.data as OrderedNode[] | undefined));
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message.slice(0, WHY_MAX_CHARS);
  throw error;
}

function withoutBlanks(nodes: readonly OrderedNode[] = []): readonly OrderedNode[] {
  return nodes.filter((node) => !('#text' in node) || String(node['#text']).trim() !== '');
}

function nameOf(node: OrderedNode): string {
  return Object.keys(node).find((key) => key !== ':@') ?? '';
}

function unknownElement(node: OrderedNode, line: number): Result<never, RawprogramFailure> {
  return err({ reason: 'rawprogram-unknown-element', line, element: nameOf(node).slice(0, 40) });
}

function lineOf(xml: string, node: OrderedNode): number {
  const meta = (node as Record<symbol, { startIndex?: number } | undefined>)[META];
  return xml.slice(0, meta?.startIndex ?? 0).split('\n').length;
}

function readCommand(node: OrderedNode, line: number): Result<RawprogramCommand, RawprogramFailure> {
  const element = nameOf(node);
  const attributes = Object.entries(node[':@'] ?? {});
  if (element !== 'erase' && element !== 'program') return unknownElement(node, line);
  const nested = withoutBlanks(node[element] as OrderedNode[])[0];
  if (nested !== undefined) return unknownElement(nested, line);
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

  const range = readRange(values, line);
  if (!range.ok) return range;
  if (element === 'erase') return ok({ kind: 'erase', line, ...range.value });
  const filename = values.get('filename') ?? '';
  if (filename === '') return err({ reason: 'rawprogram-attribute-missing', line, attribute: 'filename' });
  return ok({ kind: 'program', line, filename, ...range.value });
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
): Result<SectorRange, RawprogramFailure> {
  const numbers: number[] = [];
  for (const name of [
    'start_sector',
    'num_partition_sectors',
    'SECTOR_SIZE_IN_BYTES',
    'PAGES_PER_BLOCK',
    'physical_partition_number',
  ]) {
    const value = values.get(name);
    if (value === undefined) return err({ reason: 'rawprogram-attribute-missing', line, attribute: name });
    if (!/^\d{1,9}$/.test(value))
      return err({ reason: 'rawprogram-attribute-not-a-number', line, attribute: name });
    numbers.push(Number(value));
  }
  const [startSector = 0, sectorCount = 0, sectorBytes = 0, pagesPerBlock = 0, physicalPartition = 0] =
    numbers;
  return ok({ startSector, sectorCount, sectorBytes, pagesPerBlock, physicalPartition });
}

/**
 * The flat XML files of a package: one root, a list of elements, everything in attributes. Attributes stay verbatim and
 * in order, each element knows its line, and nothing stands where nothing is expected (P6).
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { err, ok, type Result } from './result.ts';

export type Attributes = readonly (readonly [name: string, value: string])[];

export type FlatElement = {
  readonly name: string;
  readonly line: number;
  readonly attributes: Attributes;
};

export type FlatXmlFailure =
  | { readonly what: 'malformed'; readonly line: number; readonly why: string }
  | { readonly what: 'unknown-element'; readonly line: number; readonly element: string }
  | { readonly what: 'unknown-attribute'; readonly line: number; readonly attribute: string };

/** Of the parser's complaint, and of names that a failure repeats. */
const WHY_MAX_CHARS = 200;
const NAME_MAX_CHARS = 40;

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

/** What stands in the root element; nothing else may stand beside it, and it has no attributes. */
export function readFlatElements(xml: string, root: string): Result<readonly FlatElement[], FlatXmlFailure> {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml))
    return err({ what: 'malformed', line: 1, why: 'a DOCTYPE is not allowed' });
  const valid = XMLValidator.validate(xml);
  if (valid !== true) {
    // It names every tag that is not closed, of which there may be tens of thousands.
    return err({ what: 'malformed', line: valid.err.line, why: valid.err.msg.slice(0, WHY_MAX_CHARS) });
  }
  let nodes: readonly OrderedNode[];
  try {
    nodes = withoutBlanks(parser.parse(xml) as OrderedNode[]);
  } catch (error) {
    // Well-formed, and still refused by the parser: names such as `__proto__`.
    return err({ what: 'malformed', line: 1, why: messageOf(error) });
  }
  const stray = nodes.find((node) => !['?xml', root].includes(nameOf(node)));
  if (stray !== undefined) return unknownElement(stray, xml);
  const top = nodes.find((node) => root in node);
  const attribute = Object.keys(top?.[':@'] ?? {})[0];
  if (attribute !== undefined)
    return err({ what: 'unknown-attribute', line: 1, attribute: attribute.slice(0, NAME_MAX_CHARS) });
  const elements: FlatElement[] = [];
  for (const node of withoutBlanks(top?.[root] as OrderedNode[] | undefined)) {
    const name = nameOf(node);
    const nested = withoutBlanks(Array.isArray(node[name]) ? (node[name] as OrderedNode[]) : [])[0];
    if (nested !== undefined) return unknownElement(nested, xml, node);
    elements.push({ name, line: lineOf(xml, node), attributes: Object.entries(node[':@'] ?? {}) });
  }
  return ok(elements);
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

function unknownElement(
  node: OrderedNode,
  xml: string,
  at: OrderedNode = node,
): Result<never, FlatXmlFailure> {
  return err({
    what: 'unknown-element',
    line: lineOf(xml, at),
    element: nameOf(node).slice(0, NAME_MAX_CHARS),
  });
}

function lineOf(xml: string, node: OrderedNode): number {
  const meta = (node as Record<symbol, { startIndex?: number } | undefined>)[META];
  return xml.slice(0, meta?.startIndex ?? 0).split('\n').length;
}

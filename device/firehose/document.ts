/**
 * Firehose documents: what the host sends and what the programmer answers (edl 1c). The programmer's parser is
 * primitive: one space before attributes, a space before `/>`, no closing tags.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { utf8 } from '../../shared/bytes.ts';
import { FIREHOSE_XML_MAX_BYTES } from '../../shared/limits.ts';
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FirehoseFailure } from './firehose-failure.ts';

export type FirehoseDocument = {
  readonly logs: readonly string[];
  readonly response: FirehoseResponse | null;
};

export type FirehoseResponse = {
  readonly acknowledged: boolean;
  readonly rawMode: boolean;
  readonly attributes: Readonly<Record<string, string>>;
};

const USB_PACKET_BYTES = 512;

/** One command as the bytes of its own transfer; never a multiple of the USB packet size, which would need a ZLP. */
export function commandDocument(tag: string, attributes: Attributes): Uint8Array<ArrayBuffer> {
  const written = attributes.map(([name, value]) => `${name}="${escapeXml(value)}" `).join('');
  const xml = `<?xml version="1.0" encoding="UTF-8" ?>\n<data>\n<${tag} ${written}/>\n</data>`;
  const bytes = utf8(xml);
  const sized = bytes.length % USB_PACKET_BYTES === 0 ? utf8(`${xml}\n`) : bytes;
  if (sized.length > FIREHOSE_XML_MAX_BYTES) throw new Error(`a ${tag} command of ${sized.length} bytes`);
  return sized;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  processEntities: false,
  isArray: (name) => name === 'log' || name === 'response',
});

type Parsed = { data?: { log?: Record<string, unknown>[]; response?: Record<string, unknown>[] } | string };

/** Reads one document, `<?xml …` to `</data>`. Elements that are neither log nor response are refused. */
export function parseDocument(xml: string): Result<FirehoseDocument, FirehoseFailure> {
  const refuse = (why: string) =>
    err({ reason: 'firehose-document-invalid', why: why.slice(0, 200) } as const);
  const start = xml.indexOf('<?xml');
  if (start === -1) return refuse(`no XML declaration in ${JSON.stringify(xml.slice(0, 60))}`);
  // Programmers leave `<`, `&` and quotes unescaped in log texts: the parser takes most of that, the validator would
  // not, so it is asked only about documents that carry a response.
  const text = xml.slice(start);
  const isLog = !text.includes('<response');
  if (!isLog && XMLValidator.validate(text) !== true) return refuse('a response that is not XML');
  const parsed = parseLeniently(text);
  // A log that cannot be read must not end a session that has erased: it is kept as it came.
  if (parsed === null)
    return isLog ? ok({ logs: [text], response: null }) : refuse('a response that is not XML');
  const { data } = parsed;
  if (data === undefined) return refuse('no <data>');
  if (typeof data === 'string') return ok({ logs: [], response: null });
  const unknown = Object.keys(data).find((name) => !['log', 'response', '#text'].includes(name));
  if (unknown !== undefined) return refuse(`an element <${unknown}>`);
  const responses = data.response ?? [];
  if (responses.length > 1) return refuse('two responses in one document');
  return ok({
    logs: (data.log ?? []).map((log) => unescapeXml(String(log.value ?? ''))),
    response: responses[0] === undefined ? null : readResponse(responses[0]),
  });
}

/** null where even the parser gives up. */
function parseLeniently(text: string): Parsed | null {
  try {
    return parser.parse(text) as Parsed;
  } catch {
    return null;
  }
}

function readResponse(element: Record<string, unknown>): FirehoseResponse {
  const attributes = Object.fromEntries(
    Object.entries(element).map(([name, value]) => [name, String(value)]),
  );
  return { acknowledged: attributes.value === 'ACK', rawMode: attributes.rawmode === 'true', attributes };
}

function unescapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };
  return text.replace(/&(quot|apos|lt|gt|amp);/g, (_, name: string) => entities[name] ?? '');
}

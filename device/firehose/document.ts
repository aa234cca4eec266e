/**
 * Firehose documents: what the host sends and what the programmer answers (edl 1c). The programmer's parser is
 * primitive: one space before attributes, a space before `/>`, no closing tags.
 */
import { utf8 } from '../../shared/bytes.ts';
import { FIREHOSE_XML_MAX_BYTES } from '../../shared/limits.ts';
import type { Attributes } from '../../shared/rawprogram.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { readElements } from './elements.ts';
import type { FirehoseFailure } from './firehose-failure.ts';
import { LOG_MAX_CHARS, USB_PACKET_BYTES } from './limits.ts';
import { withoutSerial } from './without-serial.ts';

export type FirehoseDocument = {
  readonly logs: readonly string[];
  readonly response: FirehoseResponse | null;
};

export type FirehoseResponse = {
  readonly acknowledged: boolean;
  readonly rawMode: boolean;
  readonly attributes: Readonly<Record<string, string>>;
};

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

/**
 * Reads one document, `<?xml …` to `</data>`. Elements that are neither log nor response are refused. A document that
 * cannot be read is a log as it came, unless there is a response in it: a log must not end a session that has erased.
 */
export function parseDocument(xml: string): Result<FirehoseDocument, FirehoseFailure> {
  const start = xml.indexOf('<?xml');
  if (start === -1) return refuse(`no XML declaration in ${JSON.stringify(xml.slice(0, 60))}`);
  const text = xml.slice(start);
  const opening = /<data\s*>/.exec(text);
  if (opening === null) return refuse('no <data>');
  const end = text.lastIndexOf('</data>');
  const elements = readElements(
    text.slice(opening.index + opening[0].length, end === -1 ? text.length : end),
  );
  if ('kind' in elements) {
    if (elements.kind === 'unknown') return refuse(`an element <${elements.name}>`);
    if (text.includes('<response')) return refuse('a response that is not XML');
    return ok({ logs: [bounded(text)], response: null });
  }
  const [response, second] = elements.responses;
  if (second !== undefined) return refuse('two responses in one document');
  return ok({
    logs: elements.logs.map(bounded),
    response: response === undefined ? null : readResponse(response),
  });
}

function refuse(why: string): Result<never, FirehoseFailure> {
  return err({ reason: 'firehose-document-invalid', why: withoutSerial(why.slice(0, 200)) });
}

function bounded(log: string): string {
  return withoutSerial(log.slice(0, LOG_MAX_CHARS));
}

function readResponse(values: ReadonlyMap<string, string>): FirehoseResponse {
  const attributes = Object.fromEntries(values);
  return { acknowledged: attributes.value === 'ACK', rawMode: attributes.rawmode === 'true', attributes };
}

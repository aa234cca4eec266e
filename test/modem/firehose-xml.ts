/**
 * The programmer's XML (edl 1c). Its parser is primitive: one command in one document, exactly one space between the
 * tag and its first attribute, a space between a bare tag and `/>` (Debian's qdl leaves it out after an attribute, and
 * flashes), no `</tag>` form, no comments, no entities. What it writes is one document a transfer.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import {
  FIREHOSE_ATTRIBUTES_MAX_COUNT,
  FIREHOSE_NAME_MAX_CHARS,
  FIREHOSE_VALUE_MAX_CHARS,
} from './limits.ts';

export type FirehoseCommand = { readonly tag: string; readonly attributes: ReadonlyMap<string, string> };

export type XmlFailure = {
  readonly reason: 'xml-malformed';
  readonly expected: string;
  readonly atByte: number;
};

/** Reads one command document as the programmer does. */
export function parseFirehoseXml(document: Uint8Array): Result<FirehoseCommand, XmlFailure> {
  const text = Buffer.from(document.buffer, document.byteOffset, document.length).toString('latin1');
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    at = pattern.lastIndex;
    return match[1] ?? match[0];
  };
  const expected = (what: string): Result<never, XmlFailure> =>
    err({ reason: 'xml-malformed', expected: what, atByte: at });

  if (take(/\s*<\?xml [^<>]*\?>\s*/y) === undefined) return expected('<?xml');
  if (take(/<data>\s*/y) === undefined) return expected('<data>');
  const tag = take(/<([A-Za-z_]\w*)/y);
  if (tag === undefined) return expected('<');
  if (tag.length > FIREHOSE_NAME_MAX_CHARS) return expected('a shorter tag');
  const attributes = new Map<string, string>();
  for (;;) {
    if (take(attributes.size === 0 ? / +\/>/y : / *\/>/y) !== undefined) break;
    if (take(attributes.size === 0 ? / (?=\w)/y : /\s+(?=\w)/y) === undefined)
      return expected('one space or "/>"');
    const name = take(/(\w+)=(?=")/y);
    if (name === undefined || name.length > FIREHOSE_NAME_MAX_CHARS) return expected('an attribute');
    const value = take(/"([^"<>]*)"/y);
    if (value === undefined || value.length > FIREHOSE_VALUE_MAX_CHARS) return expected('a quoted value');
    attributes.set(name, value);
    if (attributes.size > FIREHOSE_ATTRIBUTES_MAX_COUNT) return expected('fewer attributes');
  }
  if (take(/\s*<\/data>[\s\0]*$/y) === undefined) return expected('</data>');
  return ok({ tag, attributes });
}

/** `<log value="..." />` in a document of its own. */
export function logDocument(text: string): Uint8Array {
  return xmlDocument('log', { value: text });
}

/** `<response value="ACK" ... />` in a document of its own. */
export function responseDocument(
  value: 'ACK' | 'NAK',
  attributes: Readonly<Record<string, string>> = {},
): Uint8Array {
  return xmlDocument('response', { value, ...attributes });
}

/** One element in a document of its own. */
export function xmlDocument(tag: string, attributes: Readonly<Record<string, string>>): Uint8Array {
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8" ?><data><${tag} ${written.join(' ')} /></data>`,
    'latin1',
  );
}

function escapeValue(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

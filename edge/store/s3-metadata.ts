/** Custom metadata as header fields of S3. Swift takes no value of more than 256 bytes, so long ones come in pieces. */
import { S3_METADATA_VALUE_MAX_CHARS } from '../limits.ts';

const PREFIX = 'x-amz-meta-';
const LATER_PIECE = /-[2-9]$/;

/** `name`, `name-2`, `name-3`: a piece each. Values are ASCII. */
export function metadataFields(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata)) {
    for (let piece = 1, at = 0; at < value.length; piece++, at += S3_METADATA_VALUE_MAX_CHARS)
      fields[fieldName(name, piece)] = value.slice(at, at + S3_METADATA_VALUE_MAX_CHARS);
  }
  return fields;
}

export function readMetadata(headers: Headers): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [field, value] of headers) {
    if (!field.startsWith(PREFIX) || LATER_PIECE.test(field)) continue;
    const name = field.slice(PREFIX.length);
    let whole = value;
    for (
      let piece = 2, more = headers.get(fieldName(name, piece));
      more !== null;
      more = headers.get(fieldName(name, ++piece))
    )
      whole += more;
    metadata[name] = whole;
  }
  return metadata;
}

function fieldName(name: string, piece: number): string {
  return `${PREFIX}${name}${piece === 1 ? '' : `-${piece}`}`;
}

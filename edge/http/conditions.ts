/**
 * Preconditions of a GET or HEAD (RFC 9110 section 13), in the order of section 13.2.2. Pure: field values and
 * validators in, decision out.
 */

export type Validators = {
  /** Strong, with its quotes: `"sha256-…"`. */
  readonly etag: string;
  /** To the second, as HTTP dates are. */
  readonly lastModified: Date;
};

export type Decision = 'proceed' | 'not-modified' | 'precondition-failed';

type Fields = Pick<Headers, 'get'>;

const ENTITY_TAG = /^(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/;

/** Steps 1 to 4 of RFC 9110 section 13.2.2. */
export function evaluateConditions(fields: Fields, now: Validators): Decision {
  const ifMatch = fields.get('if-match');
  if (ifMatch !== null) {
    if (!namesStrongly(ifMatch, now.etag)) return 'precondition-failed';
  } else {
    const since = httpDate(fields.get('if-unmodified-since'));
    if (since !== null && wholeSeconds(now.lastModified) > since) return 'precondition-failed';
  }

  const ifNoneMatch = parseEntityTags(fields.get('if-none-match'));
  if (ifNoneMatch !== null) return namesWeakly(ifNoneMatch, now.etag) ? 'not-modified' : 'proceed';
  if (fields.get('if-none-match') !== null) return 'proceed';
  const since = httpDate(fields.get('if-modified-since'));
  return since !== null && wholeSeconds(now.lastModified) <= since ? 'not-modified' : 'proceed';
}

/**
 * Whether Range counts (RFC 9110 section 13.1.5). A date never does: to the second it is no strong validator,
 * and sending the whole is always right.
 */
export function rangeApplies(fields: Fields, now: Validators): boolean {
  const ifRange = fields.get('if-range');
  return ifRange === null || ifRange.trim() === now.etag;
}

type EntityTags = '*' | readonly { readonly weak: boolean; readonly tag: string }[];

/** A list of entity tags (RFC 9110 section 8.8.3); `null` where it is none, which means: ignore the field. */
export function parseEntityTags(field: string | null): EntityTags | null {
  if (field === null) return null;
  let rest = field.trim();
  if (rest === '*') return '*';
  const tags: { weak: boolean; tag: string }[] = [];
  while (rest !== '') {
    const match = ENTITY_TAG.exec(rest);
    if (match !== null) {
      tags.push({ weak: match[1] !== undefined, tag: match[2] ?? '' });
      rest = rest.slice(match[0].length).trimStart();
      if (rest === '') break;
    }
    if (!rest.startsWith(',')) return null;
    rest = rest.slice(1).trimStart();
  }
  return tags.length === 0 ? null : tags;
}

/** If-Match (RFC 9110 section 13.1.1). A malformed one names nothing: what was meant to be guarded must not go through unguarded. */
export function namesStrongly(field: string, etag: string): boolean {
  const tags = parseEntityTags(field);
  return tags === '*' || (tags?.some(({ weak, tag }) => !weak && tag === etag) ?? false);
}

function namesWeakly(tags: EntityTags, etag: string): boolean {
  return tags === '*' || tags.some(({ tag }) => tag === etag);
}

function httpDate(field: string | null): number | null {
  if (field === null || !/^[A-Z][a-z]{2,8}[, ]/.test(field)) return null;
  const ms = Date.parse(field);
  return Number.isNaN(ms) ? null : ms / 1000;
}

function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

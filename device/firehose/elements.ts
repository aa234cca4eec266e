/**
 * The elements inside a programmer's `<data>`. What programmers send looks like XML and is not always: log texts
 * carry bare `<`, `&` and quotes (edl 1c), which XML parsers refuse or, worse, read by halves. So logs are read
 * leniently and whole, and responses to the letter.
 */

export type Elements = {
  readonly logs: readonly string[];
  readonly responses: readonly ReadonlyMap<string, string>[];
};

/** `unknown` is an element that is neither; `unreadable` is what no rule fits. */
export type ElementsFailure =
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'unreadable' };

const NAME = /<([A-Za-z_][\w.-]*)/y;
const LOG_START = /<log(?:\s+value\s*=\s*(["'])|\s*\/>)/y;
const LOG_END = /["']\s*(?:\/>|><\/log\s*>)/y;
const RESPONSE =
  /<response((?:\s+[A-Za-z_][\w.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?:\/>|>\s*<\/response\s*>)/y;
const ATTRIBUTE = /([A-Za-z_][\w.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

export function readElements(body: string): Elements | ElementsFailure {
  const logs: string[] = [];
  const responses: ReadonlyMap<string, string>[] = [];
  for (let at = 0; at < body.length; ) {
    const next = body.indexOf('<', at);
    const text = body.slice(at, next === -1 ? body.length : next).trim();
    if (text !== '') logs.push(unescapeXml(text));
    if (next === -1) break;
    const name = matchAt(NAME, body, next)?.[1];
    if (name === undefined) return { kind: 'unreadable' };
    if (name !== 'log' && name !== 'response') return { kind: 'unknown', name };
    const element = name === 'log' ? readLog(body, next) : readResponse(body, next);
    if (element === null) return { kind: 'unreadable' };
    if ('log' in element) logs.push(element.log);
    else responses.push(element.response);
    at = element.endsAt;
  }
  return { logs, responses };
}

/** A text ends at the first quote that ends its element; quotes before that belong to it. */
function readLog(body: string, at: number): { readonly log: string; readonly endsAt: number } | null {
  const start = matchAt(LOG_START, body, at);
  if (start === null) return null;
  const quote = start[1];
  const from = at + start[0].length;
  if (quote === undefined) return { log: '', endsAt: from };
  for (let end = body.indexOf(quote, from); end !== -1; end = body.indexOf(quote, end + 1)) {
    const closed = matchAt(LOG_END, body, end);
    if (closed !== null) return { log: unescapeXml(body.slice(from, end)), endsAt: end + closed[0].length };
  }
  return null;
}

function readResponse(
  body: string,
  at: number,
): { readonly response: ReadonlyMap<string, string>; readonly endsAt: number } | null {
  const found = matchAt(RESPONSE, body, at);
  if (found === null) return null;
  const response = new Map<string, string>();
  for (const [, name = '', inDouble, inSingle] of (found[1] ?? '').matchAll(ATTRIBUTE)) {
    if (response.has(name)) return null;
    response.set(name, unescapeXml(inDouble ?? inSingle ?? ''));
  }
  return { response, endsAt: at + found[0].length };
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

function unescapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };
  return text.replace(/&(quot|apos|lt|gt|amp);/g, (_, name: string) => entities[name] ?? '');
}

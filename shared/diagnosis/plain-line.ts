/**
 * One line as the tool wrote it: what a terminal, a mail, a forum or a log daemon put around it is taken off.
 * Forums turn quotes and arrows into typography, `<tag>` into entities or into nothing, and eat underscores.
 */
import type { RawLine } from './read-lines.ts';

export type LogLine = {
  readonly number: number;
  /** Without stamp and prefix. */
  readonly body: string;
  /** The tool's or a daemon's time or level stood before it: it is no sentence of a person. */
  readonly isStamped: boolean;
};

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  hellip: '...',
  larr: '<--',
  rarr: '-->',
  ldquo: '"',
  rdquo: '"',
  lsquo: "'",
  rsquo: "'",
};

const TYPOGRAPHY: readonly (readonly [pattern: RegExp, plain: string])[] = [
  [/[\u201c\u201d\u201e\u00ab\u00bb]/g, '"'],
  [/[\u2018\u2019\u201a\u2032]/g, "'"],
  [/\u2026/g, '...'],
  [/\u2190/g, '<--'],
  [/[\u2192\u21d2]/g, '-->'],
  [/[\u2010-\u2015]/g, '-'],
  [/[\u00a0\u2000-\u200a\u202f\t]/g, ' '],
  [/[\u00ad\u200b-\u200d\u2060\ufeff]/g, ''],
];

const ESCAPE = String.fromCharCode(27);
const ANSI = new RegExp(`${ESCAPE}(?:\\[[0-9;?]{0,20}[A-Za-z]|[()][A-Z0-9])`, 'g');
const MARKUP =
  /<\/?(?:p|br|pre|code|div|span|blockquote|ul|li|b|i|em|strong)(?:\s[^<>]{0,200})?\/?>|\[\/?(?:code|quote|pre|spoiler)(?:=[^\]]{0,80})?\]/gi;
const QUOTED = /^(?:\s{0,8}>(?!\s*<)\s?){1,6}/;

/** What stands before a line: a tool's own stamp, a kernel's, a daemon's. */
const STAMPS: readonly RegExp[] = [
  /^\[\s{0,8}\d{1,8}\.\d{3,6}\]:?\s?/,
  /^\[?\d\d-\d\d_\d\d:\d\d:\d\d:\d{3}\]\s?/,
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\s+/,
  /^(?:[A-Z][a-z]{2}\s+)?[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d:\d\d(?:\s\d{4})?\s+/,
  /^(?:[a-z0-9]{2,8}\.[a-z]{2,7}|[A-Za-z][\w.-]{0,40})\s(?=[\w./-]{1,40}\[\d{1,7}\]:\s)/,
  /^[a-z0-9]{2,8}\.(?:emerg|alert|crit|err|warn|notice|info|debug)\s+/,
  /^(?:kernel|modem_updater|qfirehose|QFirehose|root|[\w./-]{1,40}\[\d{1,7}\]):\s+/,
];

export function plainLine({ number, text }: RawLine): LogLine {
  let body = withoutForumDamage(text);
  const isTagged = /^\[(?:INFO|WARN|WARNING|ERROR)\]/i.test(body);
  let isStamped = isTagged;
  // Twice: a daemon stamps what the tool has stamped.
  for (const stamp of [...STAMPS, ...STAMPS]) {
    const rest = body.replace(stamp, '');
    if (rest !== body) isStamped = true;
    body = rest;
  }
  return { number, body: body.trim(), isStamped };
}

function withoutForumDamage(text: string): string {
  let plain = text.replace(ANSI, '');
  plain = decodeEntities(decodeEntities(plain));
  for (const [pattern, instead] of TYPOGRAPHY) plain = plain.replace(pattern, instead);
  return plain.replace(MARKUP, '').replace(QUOTED, '').trim();
}

/** Once; a text that went through two editors needs it twice. */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code >= 0x20 && code <= 0xffff ? String.fromCharCode(code) : whole;
  });
}

/**
 * Puts lines together again that were one: cut at the width of a terminal, in the middle of words and numbers. And
 * takes apart our own JSON, whose sentences are then read as those of the text form.
 */
import { LINE_MAX_CHARS, WRAPPED_LINES_MAX } from './limits.ts';
import type { LogLine } from './plain-line.ts';
import type { RawLine } from './read-lines.ts';

const WIDTH_MIN_CHARS = 30;
const WIDTH_MAX_CHARS = 250;
/** So many stamped lines of just the longest length, and nothing longer, are no accident. */
const FULL_LINES_MIN = 3;

/** Lines that fill the width of the terminal they were cut at belong together with the next. */
export function unwrapTerminal(
  lines: readonly RawLine[],
  isStamped: (line: RawLine) => boolean,
): readonly RawLine[] {
  const width = terminalWidth(lines, isStamped);
  if (width === null) return lines;
  const whole: RawLine[] = [];
  let parts = 1;
  for (const [index, line] of lines.entries()) {
    const before = whole.at(-1);
    const isRest = before !== undefined && lines[index - 1]?.text.length === width && !isStamped(line);
    if (isRest && parts < WRAPPED_LINES_MAX * 4 && before.text.length + width <= LINE_MAX_CHARS) {
      whole[whole.length - 1] = { number: before.number, text: before.text + line.text };
      parts += 1;
    } else {
      whole.push(line);
      parts = 1;
    }
  }
  // The rest of a last line that fills the width is missing: half a word or number says something else.
  const last = whole.at(-1);
  if (last !== undefined && lines.at(-1)?.text.length === width)
    whole[whole.length - 1] = {
      number: last.number,
      text: last.text.slice(0, last.text.lastIndexOf(' ') + 1),
    };
  return whole;
}

function terminalWidth(lines: readonly RawLine[], isStamped: (line: RawLine) => boolean): number | null {
  let width = 0;
  let full = 0;
  for (const line of lines) {
    const { text } = line;
    if (text.length > width) {
      width = text.length;
      full = 0;
    }
    if (text.length === width && isStamped(line)) full += 1;
  }
  const isWidth = full >= FULL_LINES_MIN && width >= WIDTH_MIN_CHARS && width <= WIDTH_MAX_CHARS;
  return isWidth ? width : null;
}

const MEMBERS: readonly (readonly [pattern: RegExp, prefix: string])[] = [
  [/"what": ?"((?:[^"\\]|\\.){1,400})"/, 'cistern: '],
  [/"state": ?"((?:[^"\\]|\\.){1,400})"/, 'state: '],
  [/"next": ?"((?:[^"\\]|\\.){1,400})"/, 'next: '],
];

/** The line, after the sentences that it holds where it is one of our JSON documents. */
export function withSentences(line: LogLine): readonly LogLine[] {
  if (!/"(?:what|state|next)": ?"/.test(line.body)) return [line];
  const sentences = MEMBERS.flatMap(([pattern, prefix]) => {
    const sentence = pattern.exec(line.body)?.[1]?.replaceAll('\\"', '"');
    return sentence === undefined ? [] : [{ ...line, body: prefix + sentence }];
  });
  return [...sentences, line];
}

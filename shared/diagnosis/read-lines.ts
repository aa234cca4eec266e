/** A pasted text as numbered lines, bounded: of what is too long the end is read, because the end decides. */
import { LINE_MAX_CHARS, LOG_MAX_BYTES, LOG_MAX_LINES, OVERWRITES_MAX } from './limits.ts';

export type RawLine = {
  /** From 1, as an editor counts. */
  readonly number: number;
  readonly text: string;
};

export type RawLog = {
  readonly lines: readonly RawLine[];
  /** All lines of the text, read or not. */
  readonly lineCount: number;
  readonly linesSkipped: number;
};

export function readLines(text: string): RawLog {
  const kept = text.length > LOG_MAX_BYTES ? text.slice(text.length - LOG_MAX_BYTES) : text;
  const before = countLineEnds(text.slice(0, text.length - kept.length));
  const all = kept.split(text.includes('\n') ? '\n' : '\r');
  if (all.at(-1) === '') all.pop();
  // The first of a cut text is a piece of a line.
  const cutAway = kept === text ? 0 : 1;
  const skippedHere = Math.max(cutAway, all.length - LOG_MAX_LINES);
  const lines = all
    .slice(skippedHere)
    .flatMap((line, index) =>
      overwrites(line).map((part) => ({ number: before + skippedHere + index + 1, text: bounded(part) })),
    );
  return { lines, lineCount: before + all.length, linesSkipped: before + skippedHere };
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** What a progress display has drawn over itself: each drawing is a line of the same number. */
function overwrites(line: string): readonly string[] {
  if (!line.includes('\r')) return [line];
  const drawn = line.split('\r').filter((part) => part !== '');
  return drawn.length === 0 ? [''] : drawn.slice(-OVERWRITES_MAX);
}

/** Cut between words, so that no half of a number that had to be recognised stays. */
function bounded(line: string): string {
  if (line.length <= LINE_MAX_CHARS) return line;
  const cut = line.slice(0, LINE_MAX_CHARS);
  return cut.slice(0, Math.max(0, cut.lastIndexOf(' ')));
}

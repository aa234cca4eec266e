import { describe, expect, it } from 'vitest';
import { LINE_MAX_CHARS, LOG_MAX_BYTES, LOG_MAX_LINES, OVERWRITES_MAX } from './limits.ts';
import { readLines } from './read-lines.ts';

const texts = (text: string) => readLines(text).lines.map((line) => line.text);

describe('the lines of a text', () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\rb\r', ['a', 'b']],
    ['a\n\nb', ['a', '', 'b']],
    ['', []],
  ])('%j are %j', (text, lines) => {
    expect(texts(text)).toEqual(lines);
    expect(readLines(text).lineCount).toBe(lines.length);
  });

  it('keep their number where a progress display was drawn over itself', () => {
    const { lines } = readLines('first\n1 %\r2 %\r3 %\nlast');
    expect(lines.map(({ number, text }) => `${number} ${text}`)).toEqual([
      '1 first',
      '2 1 %',
      '2 2 %',
      '2 3 %',
      '3 last',
    ]);
    expect(readLines(`${'x\r'.repeat(1000)}\n`).lines).toHaveLength(OVERWRITES_MAX);
  });

  it('are the last ones of a text with too many', () => {
    const text = Array.from({ length: LOG_MAX_LINES + 5 }, (_, i) => `line ${i + 1}`).join('\n');
    const { lines, linesSkipped, lineCount } = readLines(text);
    expect(lines[0]).toEqual({ number: 6, text: 'line 6' });
    expect({ count: lines.length, linesSkipped, lineCount }).toEqual({
      count: LOG_MAX_LINES,
      linesSkipped: 5,
      lineCount: LOG_MAX_LINES + 5,
    });
  });

  it('are the last ones of a text that is too long, with their own numbers', () => {
    const line = 'x'.repeat(499);
    const count = Math.ceil(LOG_MAX_BYTES / 500) + 10;
    const { lines, linesSkipped, lineCount } = readLines(`${line}\n`.repeat(count));
    expect(lineCount).toBe(count);
    expect(lines.at(-1)).toEqual({ number: count, text: line });
    expect(lines[0]?.number).toBe(linesSkipped + 1);
    expect(lines.every(({ text }) => text === line)).toBe(true);
  });

  it('are cut between words, so that no part of a number stays', () => {
    const [cut] = texts(`${'word '.repeat(LINE_MAX_CHARS / 5 - 2)}490154203237518490154203237518 more`);
    expect(cut?.length).toBeLessThan(LINE_MAX_CHARS);
    expect(cut).not.toMatch(/\d/);
    expect(texts('9'.repeat(LINE_MAX_CHARS + 1))).toEqual(['']);
  });
});

import { describe, expect, it } from 'vitest';
import type { Comparison } from './comparison.ts';
import { figureText, markdownTable, notesList, ratioText } from './table.ts';

const CLEAN: Comparison = {
  bench: 'download',
  what: 'a|b',
  unit: 'MB/s',
  ours: 81.25,
  peer: { name: 'curl', figure: 100 },
  goal: { kind: 'ratio-at-least', bound: 0.9 },
  note: 'measured once',
};
const ALONE: Comparison = { bench: 'edge', what: 'body', unit: 'B', ours: 27, peer: null };

describe('the table', () => {
  it('shows both figures, their ratio, the goal and the verdict in one row', () => {
    const cells = (row: number) =>
      (markdownTable([CLEAN, ALONE]).split('\n')[row] ?? '').split(/(?<!\\)\|/).map((cell) => cell.trim());
    expect(cells(2)).toEqual([
      '',
      'download',
      'a\\|b',
      '81.25 MB/s',
      '100.0 MB/s',
      'curl',
      '0.813 ×',
      '≥ 0.9 ×',
      'MISSED',
      '',
    ]);
    expect(cells(3)).toEqual(['', 'edge', 'body', '27.00 B', '', '', '-', '', '', '']);
  });

  it('keeps its columns straight', () => {
    const lines = markdownTable([CLEAN, ALONE]).trimEnd().split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it('lists notes with what they are about', () => {
    expect(notesList([ALONE, CLEAN])).toBe('- download, a|b: measured once\n');
  });

  it.each([
    [0, '0 B'],
    [0.0123, '0.012 B'],
    [1.23456, '1.235 B'],
    [12.3456, '12.35 B'],
    [12345.6, '12346 B'],
    [{ missing: 'curl is not installed' }, 'none: curl is not installed'],
  ])('writes %j as %s', (figure, text) => {
    expect(figureText(figure, 'B')).toBe(text);
  });

  it('writes no ratio where there is none', () => {
    expect(ratioText(null)).toBe('-');
    expect(ratioText(1.00512)).toBe('1.005 ×');
  });
});

import { describe, expect, it } from 'vitest';
import { paragraph } from './paragraph.ts';

describe('a paragraph', () => {
  it.each([
    ['flash  ', 'It is whole.', 40, 'flash  It is whole.\n'],
    ['1. ', 'Bring the modem out of EDL.', 15, '1. Bring the\n   modem out of\n   EDL.\n'],
    [
      '> ',
      'a-word-that-is-longer-than-the-line and more',
      10,
      '> a-word-that-is-longer-than-the-line\n  and more\n',
    ],
    ['', '', 10, '\n'],
  ])('%s%s in %i columns', (first, text, width, lines) => {
    expect(paragraph(first, text, width)).toBe(lines);
  });
});

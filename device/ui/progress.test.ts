import { describe, expect, it } from 'vitest';
import { describe as describeProgress, progressBar } from './progress.ts';

const MB = 1_000_000;

describe('a line of progress', () => {
  it.each([
    [0, 67.1 * MB, 0, false, '  programming     0 %  0.0/67.1 MB  0.0 MB/s'],
    [12.3 * MB, 67.1 * MB, 3_000, false, '  programming    18 %  12.3/67.1 MB  4.1 MB/s  14 s left'],
    [67.1 * MB, 67.1 * MB, 16_000, false, '  programming   100 %  67.1/67.1 MB  4.2 MB/s'],
    [0, 0, 0, false, '  programming   100 %  0.0/0.0 MB  0.0 MB/s'],
    [
      5 * MB,
      10 * MB,
      1_000,
      true,
      '  programming   [############------------]   50 %  5.0/10.0 MB  5.0 MB/s  1 s left',
    ],
    [
      20 * MB,
      10 * MB,
      1_000,
      true,
      '  programming   [########################]  100 %  20.0/10.0 MB  20.0 MB/s',
    ],
  ])('of %i of %i bytes after %i ms says so', (done, total, elapsedMs, withBar, line) => {
    expect(describeProgress('programming', done, total, elapsedMs, withBar)).toBe(line);
  });

  it('never says that all is done before it is', () => {
    expect(describeProgress('x', 999_999_999, 1_000_000_000, 1, false)).toContain(' 99 %');
  });
});

describe('progress', () => {
  const shown = (
    animated: boolean,
    steps: readonly (readonly [atMs: number, done: number, total: number])[],
  ) => {
    let nowMs = 0;
    const written: string[] = [];
    const clock = { nowMs: () => nowMs, elapsedMs: () => nowMs, sleep: async () => {} };
    const bar = progressBar('fetching', { write: (text) => written.push(text) }, clock, { animated });
    for (const [atMs, done, total] of steps) {
      nowMs = atMs;
      bar.show(done, total);
    }
    bar.end();
    return written;
  };
  const everyPercent = Array.from({ length: 101 }, (_, i) => [i * 10, i, 100] as const);

  it('in a log is a few lines, each whole, the last at the end', () => {
    const lines = shown(false, everyPercent);
    expect(lines.map((line) => /(\d+) %/.exec(line)?.[1])).toEqual(['0', '50', '100']);
    expect(lines.every((line) => line.endsWith('\n') && !line.includes('\r'))).toBe(true);
  });

  it('in a log ends once, however often the end is told, and also where there is nothing to do', () => {
    expect(
      shown(false, [
        [0, 5, 10],
        [1, 10, 10],
        [2, 10, 10],
      ]),
    ).toHaveLength(2);
    expect(shown(false, [[0, 0, 0]])).toHaveLength(1);
  });

  it('on a terminal is one line that is drawn again, ten times a second at most, and at the end', () => {
    const drawn = shown(true, everyPercent);
    expect(drawn.slice(0, -1).every((text) => text.startsWith('\r') && !text.includes('\n'))).toBe(true);
    expect(drawn.length).toBeLessThanOrEqual(12);
    expect(drawn.at(-2)).toContain('100 %');
    expect(drawn.at(-1)).toBe('\n');
  });

  it('on a terminal leaves nothing of a longer line behind', () => {
    const drawn = shown(true, [
      [1000, 1, 1_000_000_000],
      [2000, 1_000_000_000, 1_000_000_000],
    ]);
    expect(drawn[1]?.length).toBeGreaterThanOrEqual(drawn[0]?.length ?? 0);
  });

  it('that was never shown leaves no trace', () => {
    expect(shown(true, [])).toEqual([]);
    expect(shown(false, [])).toEqual([]);
  });
});

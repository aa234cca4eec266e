import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendToLog, readLog } from './rotating-log.ts';
import { aMachine } from './test-scheduled-run.ts';

describe('the log', () => {
  it('keeps three files of a bounded size, the newest lines in the first', async () => {
    const { directory } = await aMachine('');
    for (let line = 0; line < 100; line++) await appendToLog(directory, `line ${line}`, { maxBytes: 50 });
    const files = (await readdir(join(directory, 'log'))).sort();
    expect(files).toEqual(['cistern.log', 'cistern.log.1', 'cistern.log.2']);
    const texts = await Promise.all(files.map((file) => readFile(join(directory, 'log', file), 'utf8')));
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(50);
    expect(texts.reverse().join('').trimEnd().split('\n').at(-1)).toBe('line 99');
    expect(new Set(texts.join('').trimEnd().split('\n')).size).toBe(
      texts.join('').trimEnd().split('\n').length,
    );
  });

  it('is read whole, oldest line first', async () => {
    const { directory } = await aMachine('');
    expect(await readLog(directory)).toBeNull();
    for (let line = 0; line < 12; line++) await appendToLog(directory, `line ${line}`, { maxBytes: 40 });
    const lines = (await readLog(directory))?.trimEnd().split('\n') ?? [];
    expect(lines).toEqual(Array.from({ length: 12 }, (_, line) => `line ${line}`).slice(-lines.length));
    expect(lines.length).toBeGreaterThan(5);
  });

  it('says so where the disk takes nothing more', async () => {
    expect(await appendToLog('/dev/null', 'line')).toMatchObject({
      ok: false,
      failure: { reason: 'log-not-written', why: 'ENOTDIR' },
    });
  });
});

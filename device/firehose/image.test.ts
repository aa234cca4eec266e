import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '../../shared/bytes.ts';
import { err, ok } from '../../shared/result.ts';
import { type ImageSource, readAhead } from './image.ts';

type Lost = { readonly reason: 'lost' };
function sourceOf(file: Uint8Array, failsFrom = Number.POSITIVE_INFINITY) {
  const asked: number[] = [];
  const source: ImageSource<Lost> = async (offset, length) => {
    asked.push(offset);
    return offset >= failsFrom ? err({ reason: 'lost' }) : ok(file.subarray(offset, offset + length));
  };
  return { source, asked };
}

describe('an image, window by window', () => {
  it('is the file and zeros to its end, whatever the window', async () => {
    const sizes = fc.record({
      file: fc.uint8Array({ maxLength: 200 }),
      padding: fc.nat(100),
      window: fc.integer({ min: 1, max: 90 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ file, padding, window }) => {
        const totalBytes = file.length + padding;
        const image = { source: sourceOf(file).source, fileBytes: file.length, totalBytes };
        const parts: Uint8Array[] = [];
        for await (const part of readAhead(image, window)) if (part.ok) parts.push(part.value);
        const whole = new Uint8Array(totalBytes);
        whole.set(file);
        expect(equalBytes(concatBytes(parts), whole)).toBe(true);
        expect(parts.slice(0, -1).every((part) => part.length === window)).toBe(true);
      }),
    );
  });

  it('reads one window ahead of its reader and no further', async () => {
    const { source, asked } = sourceOf(new Uint8Array(50));
    const windows = readAhead({ source, fileBytes: 50, totalBytes: 50 }, 10);
    await windows.next();
    expect(asked).toEqual([0, 10]);
    await windows.next();
    expect(asked).toEqual([0, 10, 20]);
    await windows.return(undefined);
    expect([asked, await windows.next()]).toEqual([[0, 10, 20], { done: true, value: undefined }]);
  });

  it('ends with the window that could not be read', async () => {
    const { source, asked } = sourceOf(new Uint8Array(50), 20);
    const seen = [];
    for await (const part of readAhead({ source, fileBytes: 50, totalBytes: 50 }, 10)) seen.push(part.ok);
    expect([seen, asked]).toEqual([
      [true, true, false],
      [0, 10, 20],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { inOrder } from './in-order.ts';

describe('work in order', () => {
  it('gives results in the order of the items, whichever is done first', async () => {
    const gates = new Map<number, () => void>();
    const results: number[] = [];
    const reading = (async () => {
      const work = (item: number) => new Promise<number>((resolve) => gates.set(item, () => resolve(item)));
      for await (const result of inOrder([1, 2, 3, 4], 3, work)) results.push(result);
    })();
    await Promise.resolve();
    for (const item of [3, 2, 1]) gates.get(item)?.();
    while (!gates.has(4)) await new Promise(setImmediate);
    gates.get(4)?.();
    await reading;
    expect(results).toEqual([1, 2, 3, 4]);
  });

  it('begins no more than its lanes ahead', async () => {
    let begun = 0;
    let most = 0;
    let taken = 0;
    const work = async () => {
      most = Math.max(most, ++begun - taken);
    };
    for await (const _ of inOrder(Array.from({ length: 20 }), 4, work)) taken++;
    expect(begun).toBe(20);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('fails where the work fails, in its turn', async () => {
    const seen: number[] = [];
    const work = async (item: number) => {
      if (item === 2) throw new Error('second');
      return item;
    };
    const reading = (async () => {
      for await (const item of inOrder([1, 2, 3], 3, work)) seen.push(item);
    })();
    await expect(reading).rejects.toThrow('second');
    expect(seen).toEqual([1]);
  });
});

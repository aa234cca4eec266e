import { describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { withDeadline } from './with-deadline.ts';

function pipeThatTakes(eachMs: number) {
  const clock = { nowMs: 0 };
  const waits: number[] = [];
  const transfer = (timeoutMs: number) => {
    waits.push(timeoutMs);
    clock.nowMs += eachMs;
  };
  const pipe: Pipe = {
    transferIn: async (_, { timeoutMs }) => {
      transfer(timeoutMs);
      return ok(new Uint8Array(1));
    },
    transferOut: async (_, { timeoutMs }) => {
      transfer(timeoutMs);
      return ok();
    },
    close: async () => {
      waits.push(-1);
    },
  };
  return { bounded: withDeadline(pipe, 100, () => clock.nowMs), waits };
}

describe('a pipe with a deadline', () => {
  it('waits for no transfer longer than is left of it, and for none behind it', async () => {
    const { bounded, waits } = pipeThatTakes(40);
    const results = [];
    for (let i = 0; i < 2; i++) {
      results.push((await bounded.transferIn(1, { timeoutMs: 60 })).ok);
      results.push((await bounded.transferOut(new Uint8Array(1), { timeoutMs: 60 })).ok);
    }
    expect([results, waits]).toEqual([
      [true, true, true, false],
      [60, 60, 20],
    ]);
    expect(await bounded.transferIn(1, { timeoutMs: 60 })).toEqual({
      ok: false,
      failure: { reason: 'transfer-timed-out', direction: 'in', timeoutMs: 60 },
    });
  });

  it('can still be closed', async () => {
    const { bounded, waits } = pipeThatTakes(200);
    await bounded.transferIn(1, { timeoutMs: 1 });
    await bounded.close();
    expect(waits).toEqual([1, -1]);
  });
});

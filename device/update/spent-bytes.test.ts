import { describe, expect, it } from 'vitest';
import { SPENT_STEP_BYTES } from './limits.ts';
import { forgetSpent, openAccount } from './spent-bytes.ts';
import { temporaryDirectory } from './test-attempt.ts';

const VERSION = 'EC25EUGAR08A03M4G_01.200.01.200';

async function ports() {
  const events = { onNote: (note: string) => expect.unreachable(note) };
  return { stateDir: await temporaryDirectory(), door: { key: 'usb-1-1' }, events } as unknown as Parameters<
    typeof openAccount
  >[1];
}

describe('what a release has cost', () => {
  it('is known to the next run also where this one is killed while it fetches', async () => {
    const place = await ports();
    const killed = await openAccount(VERSION, place);
    killed.onSpent(SPENT_STEP_BYTES - 1);
    killed.onSpent(SPENT_STEP_BYTES + 7);
    // What a kill leaves is what was written by itself; nothing is closed.
    await expect.poll(async () => (await openAccount(VERSION, place)).spentBefore).toBe(SPENT_STEP_BYTES + 7);
  });

  it('is the sum of its runs, and nothing of another release', async () => {
    const place = await ports();
    await (await openAccount(VERSION, place)).close(100);
    const second = await openAccount(VERSION, place);
    expect(second.spentBefore).toBe(100);
    second.onSpent(SPENT_STEP_BYTES);
    await second.close(SPENT_STEP_BYTES + 20);
    expect((await openAccount(VERSION, place)).spentBefore).toBe(SPENT_STEP_BYTES + 120);
    expect((await openAccount('EC25EUGAR08A04M4G_01.200.01.200', place)).spentBefore).toBe(0);
    await forgetSpent(place);
    expect((await openAccount(VERSION, place)).spentBefore).toBe(0);
  });
});

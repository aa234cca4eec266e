import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../shared/bytes.ts';
import { IN_SLICE_MS } from './limits.ts';
import { testUsbPipe } from './test-usb-pipe.ts';

const soon = { timeoutMs: 40 };
const patient = { timeoutMs: 5_000 };

describe('a modem that goes', () => {
  it('is reported to the reader that waits, and to every later transfer', async () => {
    const { device, pipe } = await testUsbPipe();
    const read = pipe.transferIn(512, patient);
    device.unplug();
    const gone = { ok: false, failure: { reason: 'modem-disconnected' } };
    expect(await read).toEqual(gone);
    expect(await pipe.transferIn(512, soon)).toEqual(gone);
    expect(await pipe.transferOut(utf8('x'), soon)).toEqual(gone);
  });

  it('may show itself by a fault first, and is looked for', async () => {
    const looks = [true, true, false];
    const { device, pipe } = await testUsbPipe({}, async () => looks.shift() ?? false);
    device.failNext('in', 'Fault');
    expect(await pipe.transferIn(512, soon)).toEqual({
      ok: false,
      failure: { reason: 'modem-disconnected' },
    });
  });

  it('is not what a fault means when it is still there: bytes were lost', async () => {
    const { device, pipe } = await testUsbPipe();
    device.failNext('out', 'Fault');
    expect(await pipe.transferOut(utf8('x'), soon)).toMatchObject({
      failure: { reason: 'link-broken', why: expect.stringContaining('cable') },
    });
  });

  it.each([
    ['in', 1],
    ['out', 1],
  ] as const)('a stalled %s endpoint is cleared for whoever comes next', async (direction, number) => {
    const { device, pipe } = await testUsbPipe();
    device.failNext(direction, 'Stall');
    const failed = direction === 'in' ? pipe.transferIn(512, soon) : pipe.transferOut(utf8('x'), soon);
    expect(await failed).toMatchObject({ failure: { reason: 'link-broken' } });
    expect(device.calls).toContain(`clearHalt ${direction} ${number}`);
  });

  it('an error that is not known is told in its own words', async () => {
    const { device, pipe } = await testUsbPipe();
    device.failNext('in', 'Unknown(12)');
    expect(await pipe.transferIn(512, soon)).toEqual({
      ok: false,
      failure: { reason: 'link-broken', why: 'transferIn error: Unknown(12)' },
    });
  });
});

describe('closing a USB pipe', () => {
  it('waits for the slice under way, gives the interface back once, and then refuses', async () => {
    const { device, pipe, givenBack } = await testUsbPipe();
    const controller = new AbortController();
    const read = pipe.transferIn(512, { timeoutMs: 60_000, signal: controller.signal });
    controller.abort();
    await read;
    const startedMs = performance.now();
    await Promise.all([pipe.close(), pipe.close()]);
    expect(performance.now() - startedMs).toBeLessThan(IN_SLICE_MS + 300);
    expect(givenBack()).toBe(1);
    expect(device.calls).toEqual(['open', 'claim 0', 'release 0', 'close']);
    const closed = { ok: false, failure: { reason: 'link-broken', why: 'the pipe was closed' } };
    expect(await pipe.transferIn(512, soon)).toEqual(closed);
    expect(await pipe.transferOut(utf8('x'), soon)).toEqual(closed);
  });

  it('wakes a reader that waits', async () => {
    const { pipe } = await testUsbPipe();
    const read = pipe.transferIn(512, patient);
    await pipe.close();
    expect(await read).toMatchObject({ ok: false, failure: { reason: 'link-broken' } });
  });

  it('waits for a write that the modem does not take, as long as that write may last', async () => {
    const { device, pipe, givenBack } = await testUsbPipe();
    device.holdOut = true;
    const controller = new AbortController();
    const write = pipe.transferOut(utf8('x'), { timeoutMs: 100, signal: controller.signal });
    controller.abort();
    await write;
    await pipe.close();
    expect(givenBack()).toBe(1);
  });
});

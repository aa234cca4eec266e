import { describe, expect, it } from 'vitest';
import { Inbox } from './inbox.ts';

const now = { timeoutMs: 1 };
const soon = { timeoutMs: 5_000 };
const bytes = (...values: readonly number[]) => Uint8Array.from(values);

describe('an inbox', () => {
  it('gives transfers one by one, as they arrived', async () => {
    const inbox = new Inbox();
    inbox.push(bytes(1, 2));
    inbox.push(bytes(3));
    expect(await inbox.read(10, now)).toEqual({ ok: true, value: bytes(1, 2) });
    expect(await inbox.read(10, now)).toEqual({ ok: true, value: bytes(3) });
  });

  it('gives as much of a transfer as is asked for, and the rest next', async () => {
    const inbox = new Inbox();
    inbox.push(bytes(1, 2, 3));
    expect(await inbox.read(2, now)).toEqual({ ok: true, value: bytes(1, 2) });
    expect(inbox.sizeBytes).toBe(1);
    expect(await inbox.read(2, now)).toEqual({ ok: true, value: bytes(3) });
    expect(inbox.sizeBytes).toBe(0);
  });

  it('gives an empty transfer as one: it is not an end', async () => {
    const inbox = new Inbox();
    inbox.push(bytes());
    inbox.push(bytes(1));
    expect(await inbox.read(10, now)).toEqual({ ok: true, value: bytes() });
    expect(await inbox.read(10, now)).toEqual({ ok: true, value: bytes(1) });
  });

  it('wakes the reader that waits', async () => {
    const inbox = new Inbox();
    const read = inbox.read(10, soon);
    inbox.push(bytes(7));
    expect(await read).toEqual({ ok: true, value: bytes(7) });
  });

  it('lets a read time out, and the next one see what comes', async () => {
    const inbox = new Inbox();
    expect(await inbox.read(10, now)).toEqual({
      ok: false,
      failure: { reason: 'transfer-timed-out', direction: 'in', timeoutMs: 1 },
    });
    inbox.push(bytes(7));
    expect(await inbox.read(10, now)).toEqual({ ok: true, value: bytes(7) });
  });

  it('gives what had arrived before the link ended, then why it ended, the first reason of several', async () => {
    const inbox = new Inbox();
    inbox.push(bytes(1));
    inbox.end({ reason: 'link-broken', why: 'a frame too large' });
    inbox.end({ reason: 'modem-disconnected' });
    expect(await inbox.read(10, soon)).toEqual({ ok: true, value: bytes(1) });
    const ended = { ok: false, failure: { reason: 'link-broken', why: 'a frame too large' } };
    expect(await inbox.read(10, soon)).toEqual(ended);
    expect(await inbox.read(10, soon)).toEqual(ended);
  });

  it('tells the reader that waits that the link ended', async () => {
    const inbox = new Inbox();
    const read = inbox.read(10, soon);
    inbox.end({ reason: 'modem-disconnected' });
    expect(await read).toEqual({ ok: false, failure: { reason: 'modem-disconnected' } });
  });

  it('ends a read at once when it is interrupted, before it or in the middle', async () => {
    const inbox = new Inbox();
    inbox.push(bytes(1));
    const interrupted = { ok: false, failure: { reason: 'interrupted' } };
    expect(await inbox.read(10, { ...soon, signal: AbortSignal.abort() })).toEqual(interrupted);
    await inbox.read(10, soon);
    const controller = new AbortController();
    const read = inbox.read(10, { ...soon, signal: controller.signal });
    controller.abort();
    expect(await read).toEqual(interrupted);
    inbox.push(bytes(2));
    expect(await inbox.read(10, now)).toEqual({ ok: true, value: bytes(2) });
  });

  it('has one reader: a second at the same time is a bug', async () => {
    const inbox = new Inbox();
    const read = inbox.read(10, soon);
    expect(() => inbox.read(10, soon)).toThrow('two reads at a time');
    inbox.push(bytes(1));
    await read;
  });
});

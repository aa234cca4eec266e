import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../shared/bytes.ts';
import { IN_SLICE_MS, STREAMING_AFTER_BYTES } from './limits.ts';
import type { TestUsbDevice } from './test-usb-device.ts';
import { testUsbPipe } from './test-usb-pipe.ts';
import type { UsbPipe } from './usb-pipe.ts';

const soon = { timeoutMs: 40 };
const patient = { timeoutMs: 5_000 };

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 9)) & 0xff);
}

async function readAll(pipe: UsbPipe, totalBytes: number, askBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let left = totalBytes; left > 0; ) {
    const read = await pipe.transferIn(Math.min(left, askBytes), patient);
    if (!read.ok) throw new Error(JSON.stringify(read.failure));
    pieces.push(read.value);
    left -= read.value.length;
  }
  return concatBytes(pieces);
}

const lengthsAsked = (device: TestUsbDevice) => new Set(device.asked.map(({ length }) => length));

describe('reading from a USB pipe', () => {
  it('gives a message as it came, whatever odd length is asked for, and keeps the rest', async () => {
    const { device, pipe } = await testUsbPipe();
    device.say(pattern(300));
    expect(await pipe.transferIn(100, soon)).toEqual({ ok: true, value: pattern(300).slice(0, 100) });
    expect(await pipe.transferIn(1000, soon)).toEqual({ ok: true, value: pattern(300).slice(100) });
    expect(lengthsAsked(device)).toEqual(new Set([512]));
  });

  it('asks in packets of the endpoint', async () => {
    const { device, pipe } = await testUsbPipe({ packetBytes: 1024 });
    device.say(pattern(1000));
    expect(await pipe.transferIn(48, soon)).toMatchObject({ ok: true });
    expect(lengthsAsked(device)).toEqual(new Set([1024]));
  });

  it('gives an empty transfer as one', async () => {
    const { device, pipe } = await testUsbPipe();
    device.say(new Uint8Array());
    expect(await pipe.transferIn(512, soon)).toEqual({ ok: true, value: new Uint8Array() });
  });

  it('times out, says so, and hears what comes later', async () => {
    const { device, pipe } = await testUsbPipe();
    expect(await pipe.transferIn(512, soon)).toEqual({
      ok: false,
      failure: { reason: 'transfer-timed-out', direction: 'in', timeoutMs: 40 },
    });
    device.say('later');
    expect(await pipe.transferIn(512, soon)).toEqual({ ok: true, value: utf8('later') });
  });

  it('loses nothing of a message that pauses in the middle of its packets for longer than a wait', async () => {
    const { device, pipe } = await testUsbPipe();
    const message = pattern(1300);
    device.say(message.slice(0, 512), { endsShort: false });
    expect(await pipe.transferIn(65_536, soon)).toMatchObject({ ok: true });
    expect(await pipe.transferIn(65_536, soon)).toMatchObject({ ok: false });
    device.say(message.slice(512));
    expect(await readAll(pipe, 1300 - 512, 65_536)).toEqual(message.slice(512));
  });

  it('waits in slices, and across several of them', async () => {
    const { device, pipe } = await testUsbPipe();
    const read = pipe.transferIn(512, patient);
    setTimeout(() => device.say('at last'), IN_SLICE_MS + 50);
    expect(await read).toEqual({ ok: true, value: utf8('at last') });
    expect(device.asked.map(({ timeoutMs }) => timeoutMs)).toEqual([IN_SLICE_MS, IN_SLICE_MS]);
  });

  it('reads raw data in large transfers once it is sure to be raw, and documents in packets again', async () => {
    const { device, pipe } = await testUsbPipe();
    const raw = pattern(200 * 1024);
    device.say(raw, { endsShort: false });
    expect(await readAll(pipe, raw.length, 65_536)).toEqual(raw);
    expect(device.asked.filter(({ length }) => length === 512)).toHaveLength(STREAMING_AFTER_BYTES / 512);
    expect(lengthsAsked(device)).toContain(65_536);
    device.say('<data>ACK</data>');
    expect(await pipe.transferIn(65_536, patient)).toEqual({ ok: true, value: utf8('<data>ACK</data>') });
    device.asked.length = 0;
    device.say('<data>next</data>');
    await pipe.transferIn(65_536, patient);
    expect(lengthsAsked(device)).toEqual(new Set([512]));
  });

  it('goes on in large transfers where each part of the raw data ends with an empty packet', async () => {
    const { device, pipe } = await testUsbPipe();
    const raw = pattern(64 * 1024);
    for (let at = 0; at < raw.length; at += 16_384) device.say(raw.slice(at, at + 16_384));
    expect(await readAll(pipe, raw.length, 65_536)).toEqual(raw);
    expect(device.asked.length).toBeLessThan(40);
  });

  it('never asks for more than a packet in a short look for leftovers, though raw data came before', async () => {
    const { device, pipe } = await testUsbPipe();
    device.say(pattern(16_384), { endsShort: false });
    await readAll(pipe, 16_384, 65_536);
    device.asked.length = 0;
    expect(await pipe.transferIn(65_536, { timeoutMs: 20 })).toMatchObject({ ok: false });
    expect(lengthsAsked(device)).toEqual(new Set([512]));
  });

  it('says that raw data was lost when it stops in the middle of a large transfer', async () => {
    const { device, pipe } = await testUsbPipe();
    device.say(pattern(16_384 + 512), { endsShort: false });
    await readAll(pipe, 16_384, 512);
    expect(await pipe.transferIn(65_536, { timeoutMs: 1_000 })).toMatchObject({
      ok: false,
      failure: { reason: 'transfer-timed-out' },
    });
    expect(await pipe.transferIn(65_536, soon)).toMatchObject({
      ok: false,
      failure: { reason: 'link-broken', why: expect.stringContaining('stopped in the middle') },
    });
  });
});

describe('an abort', () => {
  it('ends a read at once, and what its last slice brings is kept', async () => {
    const { device, pipe } = await testUsbPipe();
    const controller = new AbortController();
    const read = pipe.transferIn(512, { timeoutMs: 60_000, signal: controller.signal });
    controller.abort();
    expect(await read).toEqual({ ok: false, failure: { reason: 'interrupted' } });
    device.say('HELLO');
    expect(await pipe.transferIn(512, soon)).toEqual({ ok: true, value: utf8('HELLO') });
  });

  it('ends a write at once; the next one waits for it, because an endpoint takes one at a time', async () => {
    const { device, pipe } = await testUsbPipe();
    device.holdOut = true;
    const controller = new AbortController();
    const first = pipe.transferOut(utf8('first'), { timeoutMs: 5_000, signal: controller.signal });
    controller.abort();
    expect(await first).toEqual({ ok: false, failure: { reason: 'interrupted' } });
    const second = pipe.transferOut(utf8('second'), patient);
    device.holdOut = false;
    device.say('');
    expect(await second).toEqual({ ok: true });
    expect(device.sent.map((bytes) => new TextDecoder().decode(bytes))).toEqual(['first', 'second']);
  });

  it('before anything was sent sends nothing', async () => {
    const { device, pipe } = await testUsbPipe();
    const options = { ...soon, signal: AbortSignal.abort() };
    expect(await pipe.transferOut(utf8('x'), options)).toMatchObject({ failure: { reason: 'interrupted' } });
    expect(await pipe.transferIn(512, options)).toMatchObject({ failure: { reason: 'interrupted' } });
    expect([device.sent, device.asked]).toEqual([[], []]);
  });
});

describe('writing to a USB pipe', () => {
  it('sends bytes as they are: no empty packet follows a multiple of the packet', async () => {
    const { device, pipe } = await testUsbPipe();
    expect(await pipe.transferOut(pattern(8192), patient)).toEqual({ ok: true });
    expect(device.sent.map(({ length }) => length)).toEqual([8192]);
  });

  it('can go on while a read waits', async () => {
    const { device, pipe } = await testUsbPipe();
    const read = pipe.transferIn(512, patient);
    expect(await pipe.transferOut(utf8('question'), patient)).toEqual({ ok: true });
    device.say('answer');
    expect(await read).toEqual({ ok: true, value: utf8('answer') });
  });

  it('sends nothing more after a transfer that was not taken in time: what arrived of it is not known', async () => {
    const { device, pipe } = await testUsbPipe();
    device.holdOut = true;
    expect(await pipe.transferOut(pattern(512), soon)).toEqual({
      ok: false,
      failure: { reason: 'transfer-timed-out', direction: 'out', timeoutMs: 40 },
    });
    device.holdOut = false;
    expect(await pipe.transferOut(pattern(512), soon)).toMatchObject({
      ok: false,
      failure: { reason: 'link-broken', why: expect.stringContaining('how much of it arrived is not known') },
    });
    expect(device.sent).toEqual([]);
    device.say('still heard');
    expect(await pipe.transferIn(512, soon)).toMatchObject({ ok: true });
  });

  it('notices a transfer that was only taken in part', async () => {
    const { device, pipe } = await testUsbPipe();
    device.takesAtMost = 100;
    expect(await pipe.transferOut(pattern(512), soon)).toEqual({
      ok: false,
      failure: { reason: 'link-broken', why: 'the modem took 100 of 512 bytes of a transfer' },
    });
  });
});

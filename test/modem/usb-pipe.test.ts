import { beforeEach, describe, expect, it } from 'vitest';
import { UsbPipe } from './usb-pipe.ts';

const wait = { timeoutMs: 5 };
let received: number[];
let sendsZeroPackets: boolean;
let pipe: UsbPipe;

beforeEach(() => {
  received = [];
  sendsZeroPackets = true;
  pipe = new UsbPipe({
    received: (bytes) => void received.push(bytes.length),
    fateOf: () => 'happens',
    drained: () => {},
    sendsZeroPackets: () => sendsZeroPackets,
  });
});

function sendNoZeroPackets(): void {
  sendsZeroPackets = false;
}

async function readLengths(maxBytes: number, zeroPackets: 'joined' | 'apart'): Promise<number[]> {
  const lengths: number[] = [];
  for (;;) {
    const read = await pipe.read(maxBytes, { ...wait, zeroPackets });
    if (!read.ok) return lengths;
    lengths.push(read.value.length);
  }
}

describe('a message that fills its last packet', () => {
  it.each([
    ['ends unseen where the reader has room left', 1024, 4096, 'joined', [1024]],
    ['leaves an empty read where it filled the reader', 1024, 1024, 'joined', [1024, 0]],
    ['leaves one at its very end only', 1024, 512, 'joined', [512, 512, 0]],
    ['ends apart for a reader that counts packets', 1024, 4096, 'apart', [1024, 0]],
  ] as const)('%s', async (_what, messageBytes, maxBytes, zeroPackets, expected) => {
    pipe.send(new Uint8Array(messageBytes));
    expect(await readLengths(maxBytes, zeroPackets)).toEqual(expected);
  });

  it.each([
    ['the function sends none', 1024, sendNoZeroPackets],
    ['its last packet is short', 1000, () => {}],
    ['packets are larger', 512, () => pipe.setPacketBytes(1024)],
  ] as const)('has no zero-length packet when %s', async (_what, messageBytes, prepare) => {
    prepare();
    pipe.send(new Uint8Array(messageBytes));
    expect(await readLengths(messageBytes, 'apart')).toEqual([messageBytes]);
  });

  it('keeps the module from listening until its zero-length packet was read', async () => {
    pipe.send(new Uint8Array(512));
    await pipe.read(512, wait);
    expect(await pipe.write(new Uint8Array(3), wait)).toMatchObject({ ok: false });
    await pipe.read(512, wait);
    expect(await pipe.write(new Uint8Array(3), wait)).toMatchObject({ ok: true });
  });
});

describe('a zero-length packet from the host', () => {
  it('is taken while the module waits to be read', async () => {
    pipe.send(new Uint8Array(20));
    expect(await pipe.write(new Uint8Array(0), wait)).toMatchObject({ ok: true });
    expect(received).toEqual([0]);
  });

  it('keeps its place behind a write that waits, and no other', async () => {
    pipe.send(new Uint8Array(20));
    const first = pipe.write(new Uint8Array(7), { timeoutMs: 1000 });
    const second = pipe.write(new Uint8Array(0), { timeoutMs: 1000 });
    expect(received).toEqual([]);
    await pipe.read(512, wait);
    expect([(await first).ok, (await second).ok]).toEqual([true, true]);
    expect(received).toEqual([7, 0]);
  });
});

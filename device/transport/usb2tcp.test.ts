import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../shared/bytes.ts';
import { FRAME_MAX_BYTES } from './limits.ts';
import { FRAME_HEADER_BYTES, FrameReader, frameHeader, parseAnnouncement } from './usb2tcp.ts';

const bytes = (hex: string) => new Uint8Array(fromHex(hex.replaceAll(' ', '')) ?? []);
const framed = (payload: Uint8Array, littleEndian: boolean) =>
  concatBytes([frameHeader(payload.length, littleEndian), payload]);

/** All frames of a stream that arrives in the given pieces. */
function read(stream: Uint8Array, ends: readonly number[]) {
  const reader = new FrameReader();
  const frames: string[] = [];
  let from = 0;
  for (const end of [...ends.toSorted((a, b) => a - b), stream.length]) {
    const pushed = reader.push(stream.subarray(from, end));
    if (!pushed.ok) return { failure: pushed.failure };
    frames.push(...pushed.value.map((frame) => toHex(frame)));
    from = end;
  }
  return { frames, littleEndian: reader.littleEndian };
}

describe('the frames of a relay', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 });

  it('are the same however TCP cuts them, from a little- or a big-endian relay', () => {
    fc.assert(
      fc.property(payloads, fc.boolean(), fc.array(fc.nat(400)), (given, littleEndian, cuts) => {
        const stream = concatBytes(given.map((payload) => framed(payload, littleEndian)));
        const ends = cuts.map((cut) => cut % (stream.length + 1));
        expect(read(stream, ends)).toEqual({ frames: given.map((payload) => toHex(payload)), littleEndian });
      }),
      { numRuns: 500 },
    );
  });

  it('are still the same a byte at a time', () => {
    const stream = concatBytes([
      framed(bytes('aabbcc'), true),
      framed(bytes(''), true),
      framed(bytes('dd'), true),
    ]);
    const ends = Array.from({ length: stream.length }, (_, i) => i);
    expect(read(stream, ends)).toMatchObject({ frames: ['aabbcc', '', 'dd'] });
  });

  it('are headed by the tag and the length, in the order of the relay (edl 5)', () => {
    expect(toHex(frameHeader(0x0203, true))).toBe('7856341203020000');
    expect(toHex(frameHeader(0x0203, false))).toBe('1234567800000203');
    expect(frameHeader(0, true)).toHaveLength(FRAME_HEADER_BYTES);
  });

  it('keep nothing of the bytes they were cut from', () => {
    const stream = framed(bytes('aabb'), true);
    const pushed = new FrameReader().push(stream);
    stream.fill(0);
    expect(pushed.ok && toHex(pushed.value[0] ?? new Uint8Array())).toBe('aabb');
  });

  it.each([
    ['another program', new TextEncoder().encode('SSH-2.0-OpenSSH_9.9\r\n'), /tag/],
    [
      'a tag that is wrong in the second frame',
      concatBytes([framed(bytes('aa'), true), bytes('0000000000000000')]),
      /tag/,
    ],
    [
      'a second frame of the other order',
      concatBytes([framed(bytes('aa'), true), framed(bytes('bb'), false)]),
      /tag/,
    ],
    ['a frame larger than any transfer', frameHeader(FRAME_MAX_BYTES + 1, true), /1052673 bytes/],
    ['a frame of a negative length', bytes('78563412 ffffffff'), /4294967295 bytes/],
  ])('are refused from %s', (_, stream, why) => {
    expect(read(stream, [])).toMatchObject({
      failure: { reason: 'not-a-relay', why: expect.stringMatching(why) },
    });
  });

  it('may be as large as the largest transfer', () => {
    const payload = new Uint8Array(FRAME_MAX_BYTES).fill(7);
    const pushed = new FrameReader().push(framed(payload, true));
    expect(pushed.ok && pushed.value[0]?.length).toBe(FRAME_MAX_BYTES);
  });
});

describe('the announcement of a modem', () => {
  const normal = { vendorId: 0x2c7c, productId: 0x0125, interfaceCount: 5 };
  it.each([
    ['little-endian', true, '7c2c0000 25010000 05000000', normal],
    ['big-endian', false, '00002c7c 00000125 00000005', normal],
    [
      'of a modem in EDL',
      true,
      'c6050000 08900000 01000000',
      { vendorId: 0x05c6, productId: 0x9008, interfaceCount: 1 },
    ],
  ])('%s is read', (_, littleEndian, hex, announced) => {
    expect(parseAnnouncement(bytes(hex), littleEndian)).toEqual({ ok: true, value: announced });
  });

  it.each(['', '7c2c0000', '7c2c0000250100000500000000'])('is none in %j', (hex) => {
    expect(parseAnnouncement(bytes(hex), true)).toMatchObject({
      ok: false,
      failure: { reason: 'not-a-relay' },
    });
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../shared/bytes.ts';
import { crc16x25, decodeHdlc, encodeHdlc, splitHdlc } from './hdlc.ts';

const bytes = (hex: string) => new Uint8Array(fromHex(hex.replaceAll(' ', '').toLowerCase()) ?? []);
const payloads = fc.uint8Array({ minLength: 1, maxLength: 60 });
/** Bytes that need escaping, often. */
const awkward = fc.array(fc.constantFrom(0x7e, 0x7d, 0x5e, 0x5d, 0x20, 0x00), {
  minLength: 1,
  maxLength: 40,
});

describe('a DIAG frame', () => {
  it.each([
    ['enter EDL', '4B 65 01 00', '4B 65 01 00 54 0F 7E'],
    ['extended build id', '7C', '7C 93 49 7E'],
    ['legacy download mode', '3A', '3A A1 6E 7E'],
  ])('of "%s" is the one that modems know (edl 1a)', (_, payload, frame) => {
    expect(toHex(encodeHdlc(bytes(payload)))).toBe(toHex(bytes(frame)));
    expect(decodeHdlc(bytes(frame).subarray(0, -1))).toEqual({ ok: true, value: bytes(payload) });
  });

  it('carries the CRC of X.25', () => {
    expect(crc16x25(new TextEncoder().encode('123456789'))).toBe(0x906e);
  });

  it('escapes flags and escapes, and holds its flag once, at the end', () => {
    expect(toHex(encodeHdlc(bytes('7E 7D')))).toMatch(/^7d5e7d5d/);
    fc.assert(
      fc.property(awkward, (given) => {
        const frame = encodeHdlc(Uint8Array.from(given));
        expect(frame.indexOf(0x7e)).toBe(frame.length - 1);
      }),
    );
  });

  it('gives back every payload', () => {
    fc.assert(
      fc.property(fc.oneof(payloads, awkward), (given) => {
        const read = decodeHdlc(encodeHdlc(Uint8Array.from(given)).subarray(0, -1));
        expect(read.ok && [...read.value]).toEqual([...given]);
      }),
    );
  });

  it.each(['', '7C', '7C 93', '7C 93 48', '7C 93 49 00', '7D', '7C 93 7D', '4B 65 01 00 0F 54'])(
    'is damaged as %j',
    (frame) => {
      expect(decodeHdlc(bytes(frame))).toEqual({ ok: false, failure: { reason: 'diag-frame-damaged' } });
    },
  );

  it('with one bit turned is never taken for another payload', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (given, seed) => {
        const frame = encodeHdlc(given).slice(0, -1);
        const bit = seed % (frame.length * 8);
        frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        // A turned bit may make an escape of a byte, which is another length and so another CRC.
        const read = decodeHdlc(frame);
        if (read.ok) expect(toHex(encodeHdlc(read.value)).length).not.toBe(toHex(encodeHdlc(given)).length);
      }),
    );
  });
});

describe('a stream of DIAG frames', () => {
  it('is cut at its flags, however it arrives; what is not whole is left over', () => {
    fc.assert(
      fc.property(
        fc.array(payloads, { maxLength: 6 }),
        payloads,
        fc.array(fc.nat(200)),
        (whole, half, cuts) => {
          const stream = concatBytes([...whole.map(encodeHdlc), encodeHdlc(half).subarray(0, -1)]);
          const ends = [
            ...cuts.map((cut) => cut % (stream.length + 1)).toSorted((a, b) => a - b),
            stream.length,
          ];
          let rest: Uint8Array = new Uint8Array();
          let from = 0;
          const read: string[] = [];
          for (const end of ends) {
            const cut = splitHdlc(concatBytes([rest, stream.subarray(from, end)]));
            from = end;
            rest = cut.rest;
            read.push(...cut.frames.map((frame) => toHex(frame)));
          }
          expect(read).toEqual(whole.map((payload) => toHex(encodeHdlc(payload).subarray(0, -1))));
          expect(toHex(rest)).toBe(toHex(encodeHdlc(half).subarray(0, -1)));
        },
      ),
    );
  });

  it('skips flags that stand alone', () => {
    expect(splitHdlc(bytes('7E 7E 41 7E 7E'))).toMatchObject({ frames: [bytes('41')], rest: { length: 0 } });
  });
});

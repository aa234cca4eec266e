import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../../shared/bytes.ts';
import { cutSahara } from './cut-sahara.ts';

function packet(command: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, command, true);
  view.setUint32(4, length, true);
  return bytes;
}

const DONE_RESPONSE = packet(0x06, 0x0c);
const LOG = utf8('<?xml version="1.0" encoding="UTF-8" ?><data><log value="ready" /></data>');

describe('what a tty read at once', () => {
  it('is cut where a Sahara packet ends and the first log begins', () => {
    expect(cutSahara(concatBytes([DONE_RESPONSE, LOG]))).toEqual([DONE_RESPONSE, LOG]);
  });

  it('is cut between packets', () => {
    const [read, end] = [packet(0x03, 0x14), packet(0x04, 0x10)];
    expect(cutSahara(concatBytes([read, end]))).toEqual([read, end]);
  });

  it.each([
    ['one packet', DONE_RESPONSE],
    ['a document', LOG],
    ['a packet that is not complete', DONE_RESPONSE.slice(0, 10)],
    ['a length out of bounds', concatBytes([packet(0x06, 8).fill(0xff, 4), LOG])],
    ['a command that is none', concatBytes([packet(0x40, 0x0c), LOG])],
    ['nothing', new Uint8Array()],
  ])('is left as it is: %s', (_what, bytes) => {
    expect(cutSahara(bytes)).toEqual([bytes]);
  });

  it('is never changed by being cut, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(5), (tail, packets) => {
        const bytes = concatBytes([...Array.from({ length: packets }, () => DONE_RESPONSE), tail]);
        expect(concatBytes(cutSahara(bytes))).toEqual(bytes);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../shared/bytes.ts';
import { READ_MAX_BYTES, READ_REQUESTS_MAX, TOTAL_READ_FACTOR } from './limits.ts';
import { donePacket, type SaharaPacket } from './packets.ts';
import { stepTransfer, TRANSFER_BEGINS, type TransferState } from './protocol.ts';

const programmer = { imageId: 13, bytes: Uint8Array.from({ length: 10_000 }, (_, i) => i & 0xff) };
const read = (offsetBytes: number, lengthBytes: number, imageId = 13): SaharaPacket => ({
  kind: 'read',
  imageId,
  offsetBytes,
  lengthBytes,
});
const end = (status = 0): SaharaPacket => ({ kind: 'end', imageId: 13, status });
const hello: SaharaPacket = { kind: 'hello', version: 2, compatible: 1, maxPacketBytes: 1024, mode: 0 };
const awaitingDone: TransferState = { phase: 'awaiting-done', requests: 3, sentBytes: 10_000 };

describe('the transfer of a programmer', () => {
  it('sends the parts that the modem asks for, in any order, then DONE, and ends when it starts', () => {
    let state = TRANSFER_BEGINS;
    const sent: string[] = [];
    for (const packet of [read(0, 0x34), read(8_000, 2_000), read(0x34, 4_096), end()]) {
      const step = stepTransfer(state, packet, programmer);
      if (!step.ok || step.value.next !== 'send') throw new Error(JSON.stringify(step));
      sent.push(toHex(step.value.bytes));
      ({ state } = step.value);
    }
    const part = (from: number, to: number) => toHex(programmer.bytes.subarray(from, to));
    expect(sent).toEqual([part(0, 0x34), part(8_000, 10_000), part(0x34, 0x34 + 4_096), toHex(donePacket())]);
    expect(stepTransfer(state, { kind: 'done-response', complete: true }, programmer)).toEqual({
      ok: true,
      value: { next: 'started' },
    });
  });

  it.each([true, false])('takes DONE_RESP with complete %s for a start: 9x07 says pending', (complete) => {
    expect(stepTransfer(awaitingDone, { kind: 'done-response', complete }, programmer)).toMatchObject({
      ok: true,
      value: { next: 'started' },
    });
  });

  it.each([
    ['of nothing', read(0, 0)],
    ['beyond the end', read(9_999, 2)],
    ['behind the end', read(10_000, 1)],
    ['far away', read(0xffffffff, 1)],
    ['larger than any', read(0, READ_MAX_BYTES + 1)],
  ])('refuses a request %s', (_, packet) => {
    expect(stepTransfer(TRANSFER_BEGINS, packet, programmer)).toMatchObject({
      ok: false,
      failure: { reason: 'sahara-read-out-of-bounds', programmerBytes: 10_000 },
    });
  });

  it.each([
    ['another image', TRANSFER_BEGINS, read(0, 4, 7), { reason: 'programmer-rejected', status: 6 }],
    ['a wrong signature', TRANSFER_BEGINS, end(0x21), { reason: 'programmer-rejected', status: 0x21 }],
    ['a hash that differs', awaitingDone, end(0x22), { reason: 'programmer-rejected', status: 0x22 }],
    ['an error of its own', TRANSFER_BEGINS, end(0x16), { reason: 'sahara-error', status: 0x16 }],
    ['a second HELLO', TRANSFER_BEGINS, hello, { reason: 'sahara-unexpected-packet', got: 'hello' }],
    [
      'DONE_RESP too early',
      TRANSFER_BEGINS,
      { kind: 'done-response', complete: true },
      { reason: 'sahara-unexpected-packet', got: 'done-response' },
    ],
    [
      'a request after the end',
      awaitingDone,
      read(0, 4),
      { reason: 'sahara-unexpected-packet', wanted: 'DONE_RESP', got: 'read' },
    ],
    ['an end after the end', awaitingDone, end(), { reason: 'sahara-unexpected-packet', got: 'end' }],
  ] as const)('ends with %s', (_, state, packet, failure) => {
    expect(stepTransfer(state, packet as SaharaPacket, programmer)).toMatchObject({ ok: false, failure });
  });

  it('ends a modem that asks for the same part again and again', () => {
    const almost = { phase: 'transferring', requests: 5, sentBytes: TOTAL_READ_FACTOR * 10_000 } as const;
    expect(stepTransfer(almost, read(0, 1), programmer)).toMatchObject({
      failure: { reason: 'sahara-too-many-reads' },
    });
    const often = { phase: 'transferring', requests: READ_REQUESTS_MAX, sentBytes: 0 } as const;
    expect(stepTransfer(often, read(0, 1), programmer)).toMatchObject({
      failure: { reason: 'sahara-too-many-reads' },
    });
  });

  it('never sends a byte that is not of the programmer, and never more than its bound', () => {
    const packet = fc.oneof(
      fc.record({
        kind: fc.constant('read' as const),
        imageId: fc.constantFrom(13, 13, 13, 7),
        offsetBytes: fc.nat(12_000),
        lengthBytes: fc.nat(12_000),
      }),
      fc.constantFrom(end(), end(0x21), hello, { kind: 'done-response' as const, complete: true }),
    );
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 30 }), (packets) => {
        let state = TRANSFER_BEGINS;
        let sentBytes = 0;
        for (const each of packets) {
          const step = stepTransfer(state, each, programmer);
          if (!step.ok || step.value.next === 'started') return;
          if (each.kind === 'read') {
            sentBytes += step.value.bytes.length;
            expect(step.value.bytes).toHaveLength(each.lengthBytes);
            expect(step.value.bytes.buffer).toBe(programmer.bytes.buffer);
          }
          ({ state } = step.value);
        }
        expect(sentBytes).toBeLessThanOrEqual(TOTAL_READ_FACTOR * 10_000);
      }),
    );
  });
});

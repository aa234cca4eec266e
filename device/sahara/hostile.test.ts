import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { utf8 } from '../../shared/bytes.ts';
import { askHardware } from './command-mode.ts';
import { loadProgrammer } from './driver.ts';
import { greet } from './greet.ts';
import { type HostileModem, hostilePipe } from './hostile-modem.ts';
import {
  COMMAND_MODE_MAX_MS,
  DRAIN_READ_BYTES,
  GREET_MAX_MS,
  LOAD_MAX_MS,
  RESETS_MAX,
  STALE_READS_MAX,
  TOTAL_READ_FACTOR,
  DEFAULT_SAHARA_TIMINGS as timings,
} from './limits.ts';
import type { Hello } from './packets.ts';
import { resetModem } from './reset.ts';

const RUNS = { seed: 20_261_123, numRuns: 250 };
const hello: Hello = { kind: 'hello', version: 2, compatible: 1, maxPacketBytes: 1024, mode: 0 };
const image = new Uint8Array(50_000);

/** Packets that are nearly right: a known command, its length or another, fields small and huge. */
const field = fc.oneof(fc.constantFrom(0, 1, 3, 13, 0x34, 0x1000, 49_999, 0xffff_ffff), fc.nat(0xffff));
const packet = fc
  .record({
    command: fc.constantFrom(1, 3, 4, 6, 8, 9, 0x0b, 0x0e, 0x10, 0x12, 0x77),
    length: fc.constantFrom(null, null, null, 8, 0x30, 0, 0xffff_ffff),
    fields: fc.array(field, { maxLength: 12 }),
  })
  .map(({ command, length, fields }) => {
    const wanted = new Map([
      [1, 10],
      [3, 3],
      [4, 2],
      [6, 1],
      [8, 0],
      [9, 2],
      [0x0b, 0],
      [0x0e, 2],
      [0x10, 4],
      [0x12, 6],
    ]);
    const count = length === null ? (wanted.get(command) ?? 0) : fields.length;
    const words = Uint32Array.from([
      command,
      length ?? 8 + 4 * count,
      ...Array.from({ length: count }, (_, i) => fields[i] ?? 0),
    ]);
    return new Uint8Array(words.buffer);
  });
const transfer = fc.oneof(
  { weight: 6, arbitrary: packet },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 80 }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
  { weight: 1, arbitrary: fc.constant(utf8('<?xml version="1.0" ?><data><log value="x" /></data>')) },
  { weight: 1, arbitrary: fc.constantFrom('timeout' as const, 'gone' as const, 'broken' as const) },
);
const anyModem: fc.Arbitrary<HostileModem> = fc.record({
  says: fc.array(transfer, { maxLength: 30 }),
  afterwards: fc.constantFrom('timeout', 'gone', 'again', 'drip'),
  pace: fc.constantFrom('quick', 'half', 'nearly'),
});
/** Asks for the programmer properly, and never has enough. */
const insatiable: fc.Arbitrary<HostileModem> = fc.record({
  says: fc.array(
    fc.tuple(fc.nat(image.length - 1), fc.integer({ min: 1, max: 4096 })).map(([offset, length]) => {
      const lengthBytes = Math.min(length, image.length - offset);
      return new Uint8Array(Uint32Array.of(3, 0x14, 13, offset, lengthBytes).buffer);
    }),
    { minLength: 1, maxLength: 20 },
  ),
  afterwards: fc.constant('again' as const),
  pace: fc.constantFrom('quick', 'half', 'nearly'),
});
const modem = fc.oneof({ weight: 3, arbitrary: anyModem }, { weight: 1, arbitrary: insatiable });

afterEach(() => vi.restoreAllMocks());

function meet(said: HostileModem) {
  const hostile = hostilePipe(said);
  vi.spyOn(performance, 'now').mockImplementation(() => hostile.met.nowMs);
  return hostile;
}

describe('a hostile modem in EDL', () => {
  const oneMore = timings.replyMs + timings.writeMs;
  const resetMs = RESETS_MAX * (timings.writeMs + 2 * STALE_READS_MAX * timings.replyMs);

  it.each([
    ['that is greeted', GREET_MAX_MS + oneMore, (said) => greet(said, timings)],
    ['that is reset', resetMs, (said) => resetModem(said, timings)],
    ['that is asked who it is', COMMAND_MODE_MAX_MS + oneMore, (said) => askHardware(said, hello, timings)],
    [
      'that gets a programmer',
      LOAD_MAX_MS + oneMore,
      (said) => loadProgrammer(said, hello, { imageId: 13, bytes: image }, timings),
    ],
  ] satisfies [string, number, (said: ReturnType<typeof hostilePipe>['pipe']) => Promise<unknown>][])(
    '%s gets an end, in bounded time, and never an exception',
    async (_, maxMs, run) => {
      await fc.assert(
        fc.asyncProperty(modem, async (said) => {
          const { pipe, met } = meet(said);
          const result = await run(pipe);
          expect(result).toMatchObject(
            'failure' in (result as object)
              ? { ok: false, failure: { reason: expect.any(String) } }
              : { ok: true },
          );
          expect(met.nowMs).toBeLessThanOrEqual(maxMs);
          expect(met.sentBytes).toBeLessThanOrEqual(TOTAL_READ_FACTOR * image.length + 0x30 + 8);
          expect(met.largestWanted).toBeLessThanOrEqual(DRAIN_READ_BYTES);
        }),
        RUNS,
      );
    },
    20_000,
  );
});

import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { utf8 } from '../../shared/bytes.ts';
import { ok } from '../../shared/result.ts';
import { type HostileModem, hostilePipe } from '../sahara/hostile-modem.ts';
import { compareFile } from './compare.ts';
import { digestProves } from './digest.ts';
import { parseDocument } from './document.ts';
import { finishRawWrite } from './finish-raw-write.ts';
import {
  DEFAULT_FIREHOSE_TIMINGS,
  DRAIN_MAX_MS,
  LOG_MAX_CHARS,
  LOGS_KEPT_MAX,
  RAW_FINISH_MAX_MS,
  RAW_RATE_MIN_BYTES_PER_SECOND,
  READ_TRANSFER_BYTES,
  REPLY_PROLONGED_MAX,
} from './limits.ts';
import { FirehoseLink } from './link.ts';
import { programFile } from './program.ts';
import { ACK, log, NAK, RAW, RAW_END, response, STORAGE } from './scripted-programmer.ts';
import { startSession } from './start.ts';
import { eraseSectors, resetProgrammer } from './write.ts';

/** Longer pauses than on a desk, so that a run of minutes is not one of many thousand transfers. */
const timings = { ...DEFAULT_FIREHOSE_TIMINGS, quietMs: 500 };
const RUNS = { seed: 20_261_123, numRuns: 150 };
const flash = { storage: STORAGE, protectedRanges: [] };
const range = { line: 1, startSector: 13_184, sectorCount: 10 };
const image = new Uint8Array(20_000).fill(0x5a);
const program = { ...range, path: 'update/tz.mbn', sizeBytes: image.length, window: range };
const source = async (offset: number, length: number) => ok(image.subarray(offset, offset + length));
const totalBytes = range.sectorCount * STORAGE.pageBytes;

/** Documents that are right, and pieces of them glued together as they fall. */
const document = fc.oneof(
  fc.constantFrom(ACK, NAK, RAW, RAW_END, log('INFO: End of supported functions 1')),
  fc.constantFrom(
    response('ACK', 'MaxPayloadSizeToTargetInBytesSupported="1048576" '),
    response('NAK', 'MaxPayloadSizeToTargetInBytes="512" '),
  ),
  fc.string({ maxLength: 40 }).map(log),
  fc
    .array(
      fc.constantFrom(
        '<?xml ?>',
        '<data>',
        '</data>',
        '<log value="',
        '<response value="ACK"',
        ' />',
        '"',
        '<!--',
        '&lt;',
        '__proto__="1" ',
        'x',
      ),
      { maxLength: 9 },
    )
    .map((parts) => parts.join('')),
);
const bytes = fc.oneof(
  { weight: 6, arbitrary: document.map(utf8) },
  {
    weight: 2,
    arbitrary: fc
      .array(document, { maxLength: 4 })
      .chain((all) => fc.nat(200).map((cut) => utf8(all.join('')).subarray(cut))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(new Uint8Array(), new Uint8Array(1), image, new Uint8Array(70_000).fill(0x3c)),
  },
);
const anyModem: fc.Arbitrary<HostileModem> = fc.record({
  says: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: bytes },
      { weight: 1, arbitrary: fc.constantFrom('timeout' as const, 'gone' as const, 'broken' as const) },
    ),
    { maxLength: 25 },
  ),
  afterwards: fc.constantFrom('timeout', 'gone', 'again', 'drip'),
  pace: fc.constantFrom('quick', 'half', 'nearly'),
});

/** Lets a command be sent, answers it in form, and then goes on and on. */
const persistent: fc.Arbitrary<HostileModem> = fc.record({
  says: fc
    .array(
      fc.constantFrom(RAW, ACK, NAK, log('x'.repeat(9000)), log('x'), log('y" />\n<log value="').repeat(200)),
      { maxLength: 6 },
    )
    .map((documents) => ['timeout' as const, ...documents.map(utf8)]),
  afterwards: fc.constantFrom('timeout', 'again', 'drip'),
  pace: fc.constantFrom('quick', 'half', 'nearly'),
});
/** Has always one more thing to say. */
const talkative: fc.Arbitrary<HostileModem> = fc.record({
  says: fc.array(fc.constantFrom(utf8(log('x')), utf8(log('y').slice(0, 30)), utf8(log('y').slice(30))), {
    minLength: 1,
    maxLength: 3,
  }),
  afterwards: fc.constant('again' as const),
  pace: fc.constantFrom('quick', 'half', 'nearly'),
});
/** The same once a command is sent. */
const talkativeLater = talkative.map(
  ({ says, ...rest }): HostileModem => ({
    ...rest,
    says: ['timeout', ...Array.from({ length: 2500 }, (_, i) => says[i % says.length] ?? 'timeout')],
  }),
);
const modem = fc.oneof(
  { weight: 4, arbitrary: anyModem },
  { weight: 3, arbitrary: persistent },
  { weight: 1, arbitrary: talkative },
  { weight: 1, arbitrary: talkativeLater },
);

afterEach(() => vi.restoreAllMocks());

const sha256 = () => {
  const hash = createHash('sha256');
  return { update: (piece: Uint8Array) => void hash.update(piece), hex: () => hash.digest('hex') };
};
const onProgress = () => {};

/** A command at its worst: logs without end before it, a reply that takes as long as it may, logs behind a NAK. */
const commandMs = (timeoutMs: number) =>
  2 * (DRAIN_MAX_MS + 2 * timings.quietMs) + timings.writeMs + REPLY_PROLONGED_MAX * timeoutMs;
const rawMs = (waitMs: number) => 2 * waitMs + (1000 * totalBytes) / RAW_RATE_MIN_BYTES_PER_SECOND;
const { replyMs, eraseMs, programDoneMs, rawReadMs, writeMs, leaveMs, firstLogMs } = timings;

const conversations: readonly (readonly [string, number, (link: FirehoseLink) => Promise<unknown>])[] = [
  [
    'starts a session',
    firstLogMs + DRAIN_MAX_MS + 6 * commandMs(replyMs) + DRAIN_MAX_MS + rawMs(rawReadMs),
    (link) => startSession(link, STORAGE, { flashTouched: false }),
  ],
  ['erases', commandMs(eraseMs), (link) => eraseSectors(link, range, flash)],
  [
    'programs',
    commandMs(replyMs) + rawMs(writeMs) + commandMs(programDoneMs),
    (link) => programFile(link, program, source, { flash, payloadBytes: 4096, onProgress }),
  ],
  [
    'reads back',
    commandMs(replyMs) + rawMs(rawReadMs) + commandMs(replyMs),
    (link) => compareFile(link, program, source, { storage: STORAGE, onProgress }),
  ],
  [
    'asks for a digest',
    commandMs(programDoneMs) + DRAIN_MAX_MS,
    (link) => digestProves(link, program, source, { storage: STORAGE, onProgress, sha256: sha256() }),
  ],
  ['restarts', 2 * commandMs(replyMs) + leaveMs + DRAIN_MAX_MS, (link) => resetProgrammer(link)],
];

describe('a hostile programmer', () => {
  const end = (result: unknown) =>
    'failure' in (result as object) ? { ok: false, failure: { reason: expect.any(String) } } : { ok: true };

  it.each(conversations)(
    'that one %s gets an end, in bounded time, and never an exception',
    async (_, maxMs, run) => {
      await fc.assert(
        fc.asyncProperty(modem, async (said) => {
          const { pipe, met } = hostilePipe(said);
          const result = await run(new FirehoseLink(pipe, timings, { nowMs: () => met.nowMs }));
          expect(result).toMatchObject(end(result));
          expect(met.nowMs).toBeLessThanOrEqual(maxMs);
          expect(met.largestWanted).toBeLessThanOrEqual(READ_TRANSFER_BYTES);
          const logs = (result as { failure?: { logs?: readonly string[] } }).failure?.logs ?? [];
          expect(logs.length).toBeLessThanOrEqual(LOGS_KEPT_MAX);
          for (const each of logs) expect(each.length).toBeLessThanOrEqual(LOG_MAX_CHARS);
        }),
        RUNS,
      );
    },
    20_000,
  );

  it('that waits for raw data gets an end', async () => {
    await fc.assert(
      fc.asyncProperty(modem, async (said) => {
        const { pipe, met } = hostilePipe(said);
        vi.spyOn(performance, 'now').mockImplementation(() => met.nowMs);
        const result = await finishRawWrite(pipe, timings);
        expect(result).toMatchObject(end(result));
        expect(met.nowMs).toBeLessThanOrEqual(RAW_FINISH_MAX_MS + writeMs + timings.quietMs);
      }),
      { ...RUNS, numRuns: 30 },
    );
  }, 20_000);

  it('keeps the reader of documents from no end', () => {
    const anything = fc.oneof(document, fc.string({ unit: 'binary', maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 20 }), (parts) => {
        const parsed = parseDocument(`<?xml ?><data>${parts.join('')}</data>`);
        if (parsed.ok) expect(parsed.value.logs.every((each) => each.length <= LOG_MAX_CHARS)).toBe(true);
      }),
      { ...RUNS, numRuns: 150 },
    );
  });

  it.each([
    ['logs that never end', '<log value="'.repeat(1300)],
    ['quotes', `<log value="${'" '.repeat(8000)}`],
    ['spaces behind quotes', `<log value="${`"${' '.repeat(99)}`.repeat(160)}`],
    ['spaces in a response', `<response${' '.repeat(16_000)}`],
    ['attributes', `<response${' a="1"'.repeat(2600)}`],
    ['elements', '<a>'.repeat(5000)],
  ])('with %s is read in a moment', (_, inside) => {
    const before = performance.now();
    for (let i = 0; i < 20; i++) parseDocument(`<?xml ?><data>${inside}</data>`);
    expect((performance.now() - before) / 20).toBeLessThan(100);
  });
});

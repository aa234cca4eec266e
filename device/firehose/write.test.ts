import { describe, expect, it } from 'vitest';
import { equalBytes, utf8 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pipe } from '../transport/pipe.ts';
import { compareFile } from './compare.ts';
import type { ImageSource } from './image.ts';
import { DEFAULT_FIREHOSE_TIMINGS, NAND_PAYLOAD_BYTES, SOURCE_WINDOW_BYTES } from './limits.ts';
import { FirehoseLink } from './link.ts';
import { programFile } from './program.ts';
import { readSectors } from './read.ts';
import {
  ACK,
  commandsOf,
  log,
  NAK,
  programmer,
  RAW,
  RAW_END,
  rawOf,
  STORAGE,
} from './scripted-programmer.ts';
import { eraseSectors, resetProgrammer, sendGuard } from './write.ts';

const flash = { storage: STORAGE, protectedRanges: [{ name: 'EFS2', startSector: 1280, sectorCount: 8704 }] };
const erase = { line: 1, startSector: 13_184, sectorCount: 768 };
const SIZE = 4 * SOURCE_WINDOW_BYTES + 5000;
const PAGES = Math.ceil(SIZE / STORAGE.pageBytes);
const program = {
  line: 2,
  path: 'update/tz.mbn',
  sizeBytes: SIZE,
  startSector: 13_184,
  sectorCount: PAGES,
  window: erase,
};
const image = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const inFlash = new Uint8Array(PAGES * STORAGE.pageBytes);
inFlash.set(image);

const source: ImageSource<never> = async (offset, length) => ok(image.subarray(offset, offset + length));
type Lost = { readonly reason: 'chunk-missing' };
const lostFrom =
  (from: number): ImageSource<Lost> =>
  async (offset, length) =>
    offset >= from ? err({ reason: 'chunk-missing' }) : ok(image.subarray(offset, offset + length));

describe('an erase', () => {
  it('always names its start and its length, in the order programmers are used to', async () => {
    const { link, pipe } = programmer({ erase: [log('Erasing'), ACK] });
    expect(await eraseSectors(link, erase, flash)).toEqual({ ok: true, value: undefined });
    expect(commandsOf(pipe)).toEqual([
      'erase PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" num_partition_sectors="768" physical_partition_number="0" start_sector="13184"',
    ]);
  });

  it.each([
    ['a protected range', { line: 1, startSector: 1280, sectorCount: 64 }],
    ['its last page', { line: 1, startSector: 9983, sectorCount: 64 }],
    ['a protected range within it', { line: 1, startSector: 0, sectorCount: 131_072 }],
  ])('of %s is refused by the driver itself, and nothing is sent', async (_, range) => {
    const { link, pipe } = programmer({ erase: [ACK], program: [RAW] });
    const refused = {
      ok: false,
      failure: { reason: 'protected-range', range: 'EFS2', startSector: range.startSector },
    };
    expect(await eraseSectors(link, range, flash)).toEqual(refused);
    const options = { flash, payloadBytes: NAND_PAYLOAD_BYTES, onProgress: () => {} };
    expect(await programFile(link, { ...program, ...range }, source, options)).toEqual(refused);
    expect(pipe.sent).toEqual([]);
  });

  it('that is refused says why', async () => {
    const { link } = programmer({ erase: [log('start_sector unaligned'), NAK] });
    expect(await eraseSectors(link, erase, flash)).toEqual({
      ok: false,
      failure: { reason: 'programmer-refused', command: 'erase', logs: ['start_sector unaligned'] },
    });
  });
});

describe('the guard', () => {
  const guard = [
    ['c_project_name', 'RG500QEA_VH'],
    ['a_rawdata_start_sector', '12544'],
    ['vendor', 'quectel'],
  ] as const;

  it('is sent verbatim and in its order', async () => {
    const { link, pipe } = programmer({ erase: [ACK] });
    expect((await sendGuard(link, guard)).ok).toBe(true);
    expect(commandsOf(pipe)).toEqual([
      'erase c_project_name="RG500QEA_VH" a_rawdata_start_sector="12544" vendor="quectel"',
    ]);
  });

  it('that the programmer answers with NAK ends it: wrong project', async () => {
    const { link } = programmer({ erase: [log('[harden] project'), NAK] });
    expect(await sendGuard(link, guard)).toMatchObject({ failure: { reason: 'programmer-refused' } });
  });
});

describe('a program', () => {
  const total = inFlash.length;
  const sound = { raw: (received: number) => (received === total ? [RAW_END] : []) };
  const run = (
    from: ReturnType<typeof programmer>,
    image: ImageSource<Lost | never> = source,
    payloadBytes = NAND_PAYLOAD_BYTES,
  ) => {
    let progress = 0;
    const options = { flash, payloadBytes, onProgress: (bytes: number) => (progress += bytes) };
    return programFile(from.link, program, image, options).then((result) => ({ result, progress }));
  };

  it.each([NAND_PAYLOAD_BYTES, 4096, 512, 3000])(
    'writes the file and zeros up to the page in payloads of %i',
    async (payload) => {
      const target = programmer({ program: [RAW] }, sound);
      expect(await run(target, source, payload)).toEqual({
        result: { ok: true, value: undefined },
        progress: total,
      });
      expect(equalBytes(rawOf(target.pipe), inFlash)).toBe(true);
      expect(Math.max(...target.pipe.sent.slice(1).map((sent) => sent.length))).toBe(payload);
      expect(commandsOf(target.pipe)).toEqual([
        `program PAGES_PER_BLOCK="64" SECTOR_SIZE_IN_BYTES="2048" num_partition_sectors="${PAGES}" physical_partition_number="0" start_sector="13184"`,
      ]);
    },
  );

  it('whose source gives out sends zeros to the promised end: the programmer can be talked to again', async () => {
    const target = programmer({ program: [RAW] }, sound);
    const { result } = await run(target, lostFrom(SOURCE_WINDOW_BYTES));
    expect(result).toEqual({ ok: false, failure: { reason: 'chunk-missing' } });
    const sent = rawOf(target.pipe);
    expect(sent).toHaveLength(total);
    expect(equalBytes(sent.subarray(0, SOURCE_WINDOW_BYTES), inFlash.subarray(0, SOURCE_WINDOW_BYTES))).toBe(
      true,
    );
    expect(sent.subarray(SOURCE_WINDOW_BYTES).every((byte) => byte === 0)).toBe(true);
    expect(target.pipe.unread()).toBe(0);
  });

  it.each([
    [
      'is refused',
      { program: [NAK, log('no such region')] },
      {},
      { reason: 'programmer-refused', logs: ['no such region'] },
    ],
    ['is accepted without raw mode', { program: [ACK] }, {}, { reason: 'programmer-answer-unexpected' }],
    [
      'is refused at its end',
      { program: [RAW] },
      { raw: (n: number) => (n === total ? [NAK] : []) },
      { reason: 'programmer-refused', command: 'program' },
    ],
    ['is not answered at its end', { program: [RAW] }, {}, { reason: 'firehose-silent', command: 'program' }],
    [
      'loses the modem in the middle',
      { program: [RAW] },
      { takesUntil: 10 },
      { reason: 'modem-disconnected' },
    ],
  ])('that %s ends', async (_, answers, script, failure) => {
    expect((await run(programmer(answers, script))).result).toMatchObject({ ok: false, failure });
  });
});

describe('reading pages back', () => {
  const compare = (answers: Parameters<typeof programmer>[0], image: ImageSource<Lost | never> = source) => {
    const target = programmer(answers);
    const options = { storage: STORAGE, onProgress: () => {} };
    return compareFile(target.link, program, image, options).then((result) => ({
      result,
      pipe: target.pipe,
    }));
  };
  const differingAt = (at: number) => inFlash.map((byte, i) => (i === at ? byte ^ 1 : byte));

  it('compares every byte, the padding included, however the transfers are cut', async () => {
    const cut = [
      inFlash.subarray(0, 1),
      new Uint8Array(),
      inFlash.subarray(1, 70_000),
      inFlash.subarray(70_000),
    ];
    for (const transfers of [[inFlash], cut]) {
      expect((await compare({ read: [RAW, ...transfers, RAW_END] })).result).toEqual({
        ok: true,
        value: undefined,
      });
    }
  });

  it.each([
    ['the first byte', 0, 13_184],
    ['a byte in the second page', 2048, 13_185],
    ['the last byte of the file', SIZE - 1, 13_184 + Math.floor((SIZE - 1) / 2048)],
    ['the padding', inFlash.length - 1, 13_184 + PAGES - 1],
  ])('finds a difference in %s, names its page, and reads the modem dry', async (_, at, sector) => {
    const { result, pipe } = await compare({ read: [RAW, differingAt(at), RAW_END] });
    expect(result).toEqual({ ok: false, failure: { reason: 'read-back-differs', sector } });
    expect(pipe.unread()).toBe(0);
  });

  it('says that the stage gave out, not that flash differs', async () => {
    const { result, pipe } = await compare({ read: [RAW, inFlash, RAW_END] }, lostFrom(0));
    expect(result).toEqual({ ok: false, failure: { reason: 'chunk-missing' } });
    expect(pipe.unread()).toBe(0);
  });

  it.each([
    ['is refused', { read: [NAK] }, 'programmer-refused'],
    ['ends with NAK', { read: [RAW, inFlash, NAK] }, 'programmer-refused'],
    ['stops in the middle', { read: [RAW, inFlash.subarray(100)] }, 'transfer-timed-out'],
  ])('ends when it %s', async (_, answers, reason) => {
    expect((await compare(answers)).result).toMatchObject({ ok: false, failure: { reason } });
  });

  it('asks for no more than is left, so that the answer behind it stays whole', async () => {
    const { link } = programmer({
      read: [RAW, Uint8Array.from([...inFlash.subarray(0, 2048), ...new TextEncoder().encode(RAW_END)])],
    });
    const pieces: number[] = [];
    const take = async (piece: Uint8Array): Promise<Result<void, never>> => {
      pieces.push(piece.length);
      return ok();
    };
    expect((await readSectors(link, [], 2048, take)).ok).toBe(true);
    expect(pieces).toEqual([2048]);
  });
});

describe('raw data that crawls', () => {
  /** Every transfer takes nearly as long as it may, and carries a byte or a payload. */
  const slowly = (answers: Parameters<typeof programmer>[0]) => {
    let nowMs = 0;
    const { pipe } = programmer(answers);
    const slow: Pipe = {
      transferIn: async (maxBytes, options) => {
        const read = await pipe.transferIn(maxBytes, options);
        if (read.ok && !utf8(RAW).every((byte, i) => read.value[i] === byte)) nowMs += 20_000;
        return read;
      },
      transferOut: async (bytes, options) => {
        nowMs += 20_000;
        return pipe.transferOut(bytes, options);
      },
      close: async () => {},
    };
    const link = new FirehoseLink(slow, DEFAULT_FIREHOSE_TIMINGS, { nowMs: () => nowMs });
    return { link, nowMs: () => nowMs };
  };

  it('to the modem ends', async () => {
    const { link, nowMs } = slowly({ program: [RAW] });
    const options = { flash, payloadBytes: 512, onProgress: () => {} };
    expect(await programFile(link, program, source, options)).toMatchObject({
      failure: { reason: 'transfer-timed-out', direction: 'out' },
    });
    expect(nowMs()).toBeLessThan(200_000);
  });

  it('from the modem ends', async () => {
    const drops = Array.from({ length: 1000 }, () => new Uint8Array(1));
    const { link, nowMs } = slowly({ read: [RAW, ...drops] });
    const taken = await readSectors(link, [], inFlash.length, async () => ok());
    expect(taken).toMatchObject({ failure: { reason: 'transfer-timed-out', direction: 'in' } });
    expect(nowMs()).toBeLessThan(200_000);
  });
});

describe('a restart', () => {
  it('is over when the modem has left the bus, its last logs read', async () => {
    const { link, pipe } = programmer({ power: [ACK, log('INFO: resetting')] });
    expect((await resetProgrammer(link)).ok).toBe(true);
    expect([commandsOf(pipe), pipe.unread()]).toEqual([['power value="reset"'], 0]);
  });

  it('is over when the modem is gone before it answers', async () => {
    const { link } = programmer({}, { ends: { reason: 'modem-disconnected' } });
    expect((await resetProgrammer(link)).ok).toBe(true);
  });

  it('that is refused without a delay is asked for with one', async () => {
    const { link, pipe } = programmer({ power: (_, n) => (n === 0 ? [NAK] : [ACK]) });
    expect((await resetProgrammer(link)).ok).toBe(true);
    expect(commandsOf(pipe)).toEqual(['power value="reset"', 'power DelayInSeconds="10" value="reset"']);
  });

  it('that is refused is not over', async () => {
    const { link } = programmer({ power: [NAK] });
    expect(await resetProgrammer(link)).toMatchObject({
      failure: { reason: 'programmer-refused', command: 'power' },
    });
  });
});

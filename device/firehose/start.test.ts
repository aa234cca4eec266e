import { describe, expect, it } from 'vitest';
import type { Transfer } from '../transport/scripted-pipe.ts';
import { readFunctions } from './greeting.ts';
import {
  ACK,
  commandsOf,
  LATE,
  log,
  NAK,
  programmer,
  RAW,
  RAW_END,
  response,
  STORAGE,
} from './scripted-programmer.ts';
import { startSession } from './start.ts';
import type { BlockStorage } from './storage.ts';

const FUNCTIONS = 'Supported Functions: program configure power benchmark read getstorageinfo erase nop ';
const PAGE = new Uint8Array(STORAGE.pageBytes).fill(0xee);
const configured = (bytes: number) => response('ACK', `MaxPayloadSizeToTargetInBytes="${bytes}" `);
const nak = (bytes: number) => response('NAK', `MaxPayloadSizeToTargetInBytes="${bytes}" `);
const supports = (bytes: number, supported: number) =>
  response(
    'ACK',
    `MaxPayloadSizeToTargetInBytes="${bytes}" MaxPayloadSizeToTargetInBytesSupported="${supported}" `,
  );
const storageInfo = (changes: object = {}) =>
  log(
    `INFO: ${JSON.stringify({
      storage_info: { total_blocks: 2048, block_size: 64, page_size: 2048, mem_type: 'NAND', ...changes },
    }).replaceAll('"', '&quot;')}`,
  );
const sound = {
  configure: [configured(8192)],
  getstorageinfo: [storageInfo(), ACK],
  read: [RAW, PAGE, RAW_END],
} satisfies Readonly<Record<string, readonly Transfer[]>>;

function start(
  changes: Parameters<typeof programmer>[0] = {},
  greeting: readonly string[] = [log(FUNCTIONS)],
  { flashTouched = false } = {},
) {
  const { link, pipe } = programmer({ ...sound, ...changes }, { hears: greeting });
  return { pipe, started: startSession(link, STORAGE, { flashTouched }) };
}

describe('a session', () => {
  it('starts with what the programmer offers, after nothing that changes the modem', async () => {
    const { pipe, started } = start();
    expect(await started).toMatchObject({ ok: true, value: { payloadBytes: 8192 } });
    expect(commandsOf(pipe).map((command) => command.split(' ')[0])).toEqual([
      'configure',
      'getstorageinfo',
      'read',
    ]);
    expect(commandsOf(pipe)[0]).toBe(
      'configure MemoryName="nand" Verbose="0" AlwaysValidate="0" MaxDigestTableSizeInBytes="2048" MaxPayloadSizeToTargetInBytes="8192" ZlpAwareHost="1" SkipStorageInit="0"',
    );
    expect(commandsOf(pipe)[2]).toContain(
      'num_partition_sectors="1" physical_partition_number="0" start_sector="0"',
    );
  });

  it('starts with a programmer that has nothing to say for itself', async () => {
    expect(await start({}, []).started).toMatchObject({
      ok: true,
      value: { functions: [] },
    });
  });

  it.each([
    ['NAK with less', 8192, [nak(4096), configured(4096)], 4096, [8192, 4096]],
    ['ACK with less', 8192, [configured(1024)], 1024, [8192]],
    ['ACK with more than asked for, which is no promise', 8192, [configured(1_048_576)], 8192, [8192]],
    ['ACK that supports more', 8192, [supports(8192, 65_536), configured(65_536)], 65_536, [8192, 65_536]],
    [
      'ACK that supports more than we send',
      8192,
      [supports(8192, 1 << 24), configured(1 << 20)],
      1 << 20,
      [8192, 1 << 20],
    ],
    ['ACK that supports the same', 8192, [supports(8192, 8192)], 8192, [8192]],
    [
      'ACK that supports ever more',
      8192,
      [supports(8192, 16_384), supports(16_384, 32_768)],
      16_384,
      [8192, 16_384],
    ],
    [
      'NAK of what it said it supports',
      8192,
      [supports(8192, 65_536), nak(8192), configured(8192)],
      8192,
      [8192, 65_536, 8192],
    ],
    ['sizes within a packet', 8192, [supports(8192, 10_000), configured(10_000)], 9728, [8192, 9728]],
  ])('agrees on a payload: %s', async (_, first, answers, payloadBytes, asked) => {
    const { pipe, started } = start({ configure: (_, n) => [answers[n] ?? NAK] });
    expect(await started).toMatchObject({ ok: true, value: { payloadBytes } });
    const sizes = commandsOf(pipe).flatMap((command) => /ToTargetInBytes="(\d+)"/.exec(command)?.[1] ?? []);
    expect([sizes[0], sizes]).toEqual([String(first), asked.map(String)]);
  });

  it.each([
    ['a NAK without a size', [NAK]],
    ['a NAK with the same size', [nak(8192)]],
    ['a NAK with more', [nak(16_384)]],
    ['NAK after NAK', [nak(4096), nak(2048), nak(1024)]],
    ['NAK of what it took before', [supports(8192, 65_536), nak(8192), nak(8192)]],
  ])('is refused with %s', async (_, answers) => {
    const refused = await start({ configure: (_, n) => [answers[n] ?? NAK] }).started;
    expect(refused).toMatchObject({ failure: { reason: 'programmer-refused', command: 'configure' } });
  });

  it.each(['0', '511', '1048577', '-8192', '8192.5', 'many', ''])(
    'refuses a payload of %j',
    async (payload) => {
      const odd = response('ACK', `MaxPayloadSizeToTargetInBytes="${payload}" `);
      expect(await start({ configure: [odd] }).started).toMatchObject({
        ok: false,
        failure: { reason: 'programmer-answer-unexpected', command: 'configure' },
      });
    },
  );

  it('ends with a programmer that wants signed digests, before it is asked anything', async () => {
    const { pipe, started } = start({}, [log('VIP is enabled, receiving the signed table of size 8192')]);
    expect(await started).toEqual({ ok: false, failure: { reason: 'programmer-needs-signed-digests' } });
    expect(pipe.sent).toEqual([]);
  });

  it('ends with one that says so only when it is configured, before it erases', async () => {
    const vip = log('VIP is enabled, receiving the signed table of size 8192');
    const { pipe, started } = start({ configure: [vip, NAK] });
    expect(await started).toEqual({ ok: false, failure: { reason: 'programmer-needs-signed-digests' } });
    expect(commandsOf(pipe)).toHaveLength(1);
  });

  it.each(['configure', 'erase', 'program', 'read', 'power'])(
    'ends with a programmer that lacks %s',
    async (needed) => {
      const { pipe, started } = start({}, [log(FUNCTIONS.replace(`${needed} `, ''))]);
      expect(await started).toEqual({ ok: false, failure: { reason: 'programmer-lacks-function', needed } });
      expect(pipe.sent).toEqual([]);
    },
  );
});

describe('the storage', () => {
  it.each([
    ['in pages', {}],
    ['in bytes', { block_size: 131_072 }],
  ])('fits with blocks given %s', async (_, changes) => {
    expect((await start({ getstorageinfo: [storageInfo(changes), ACK] }).started).ok).toBe(true);
  });

  it.each([
    ['pages of 4 KiB', { page_size: 4096 }],
    ['blocks of 256 KiB', { block_size: 262_144 }],
    ['half the blocks', { total_blocks: 1024 }],
    ['no page size', { page_size: undefined }],
    ['another memory', { mem_type: 'eMMC' }],
    ['numbers in words', { total_blocks: '2048' }],
  ])('with %s is another than the package is for', async (_, changes) => {
    const { pipe, started } = start({ getstorageinfo: [storageInfo(changes), ACK] });
    expect(await started).toMatchObject({
      ok: false,
      failure: { reason: 'wrong-geometry', wanted: '2048 B pages, 64 pages a block, 131072 pages' },
    });
    expect(commandsOf(pipe)).toHaveLength(2);
  });

  it('that refuses a page of this size is another, in its own words', async () => {
    const why = "ERROR: Attribute 'SECTOR_SIZE_IN_BYTES'=2048 must be equal to disk sector size 4096";
    expect(await start({ read: [NAK, log(why)] }).started).toMatchObject({
      ok: false,
      failure: { reason: 'wrong-geometry', found: why },
    });
  });

  it.each([
    ['after', [ACK]],
    ['long after', [ACK, LATE]],
  ])('may describe itself %s its response', async (_, before) => {
    const described = [...before, storageInfo({ page_size: 4096 })];
    expect(await start({ getstorageinfo: described }).started).toMatchObject({
      failure: { reason: 'wrong-geometry' },
    });
  });

  const LISTED = [log(FUNCTIONS)];
  it.each([
    ['cannot be asked for', {}, [log(FUNCTIONS.replace('getstorageinfo ', ''))]],
    ['is met with silence', { getstorageinfo: [] }, []],
    ['is met with a NAK', { getstorageinfo: [NAK] }, LISTED],
    ['is described as nothing', { getstorageinfo: [log('INFO: {"storage_info": null}'), ACK] }, LISTED],
    [
      'is described in broken JSON',
      { getstorageinfo: [log('INFO: {&quot;storage_info&quot;: {oops}}'), ACK] },
      LISTED,
    ],
    ['is described by no log', { getstorageinfo: [log('INFO: no storage'), ACK] }, LISTED],
  ])(
    'whose size %s is left alone, and judged by the page it reads once it is erased',
    async (_, changes, greeting) => {
      const { pipe, started } = start(changes, greeting);
      expect(await started).toMatchObject({ ok: false, failure: { reason: 'storage-size-unknown' } });
      expect(commandsOf(pipe).filter((command) => /^(read|erase|program)/.test(command))).toEqual([]);
      expect((await start(changes, greeting, { flashTouched: true }).started).ok).toBe(true);
    },
  );

  it.each([
    ['does not go into raw mode', { read: [ACK] }, 'programmer-answer-unexpected'],
    ['sends half a page', { read: [RAW, PAGE.subarray(1000)] }, 'transfer-timed-out'],
    ['fails after the page', { read: [RAW, PAGE, NAK] }, 'programmer-refused'],
    ['cannot read', { read: [NAK, log('ERROR: failed to open device')] }, 'programmer-refused'],
    ['is another kind', { configure: [response('ACK', 'MemoryName="eMMC" ')] }, 'wrong-geometry'],
    ['is listed to describe itself and does not', { getstorageinfo: [] }, 'firehose-silent'],
    ['is silent', { read: [] }, 'firehose-silent'],
  ])('that %s is not trusted with an erase', async (_, changes, reason) => {
    expect(await start(changes).started).toMatchObject({ ok: false, failure: { reason } });
  });

  it.each([
    [
      'a page that a power cut tore is erased again',
      'ERROR: flash read failed, uncorrectable ECC',
      { ok: true },
    ],
    ['another geometry is left alone', 'must be equal to 4096', { failure: { reason: 'wrong-geometry' } }],
  ])('once it was erased: %s', async (_, words, end) => {
    const { started } = start({ read: [NAK, log(words)] }, [log(FUNCTIONS)], { flashTouched: true });
    expect(await started).toMatchObject(end);
  });
});

describe('storage with sectors', () => {
  const emmc: BlockStorage = { type: 'emmc', sectorBytes: 512, totalSectors: 7_634_944 };
  const run = (described: object, storage = emmc) => {
    const told = log(`INFO: ${JSON.stringify({ storage_info: described }).replaceAll('"', '&quot;')}`);
    const answers = { ...sound, getstorageinfo: [told, ACK], read: [RAW, PAGE.subarray(0, 512), RAW_END] };
    const { link, pipe } = programmer(answers, { hears: [log(FUNCTIONS)] });
    return { pipe, started: startSession(link, storage, { flashTouched: true }) };
  };
  const found = { total_blocks: 7_634_944, block_size: 512, page_size: 512, mem_type: 'eMMC' };

  it('is configured by its name, with the largest payload first, and read by the sector', async () => {
    const { pipe, started } = run(found);
    expect(await started).toMatchObject({ ok: true, value: { payloadBytes: 8192 } });
    const [configure, , read] = commandsOf(pipe);
    expect(configure).toContain('MemoryName="emmc"');
    expect(configure).toContain('MaxPayloadSizeToTargetInBytes="1048576"');
    expect(read).toBe(
      'read SECTOR_SIZE_IN_BYTES="512" num_partition_sectors="1" physical_partition_number="0" start_sector="0"',
    );
  });

  it.each([
    ['as many sectors', {}, true],
    ['more sectors, and so the copy of its table elsewhere', { total_blocks: 15_269_888 }, false],
    ['fewer sectors', { total_blocks: 7_634_943 }, false],
    ['larger sectors', { block_size: 4096 }, false],
    ['another memory', { mem_type: 'UFS' }, false],
    ['nothing to say of its size', { total_blocks: undefined }, false],
  ])('with %s fits: %s %s', async (_, changes, fits) => {
    expect((await run({ ...found, ...changes }).started).ok).toBe(fits);
  });
});

describe('the functions of a programmer', () => {
  it.each([
    [
      'on one line',
      [FUNCTIONS],
      ['program', 'configure', 'power', 'benchmark', 'read', 'getstorageinfo', 'erase', 'nop'],
    ],
    [
      'a line each',
      ['INFO: Supported Functions (2):', 'INFO: program', 'INFO: read', 'INFO: End of supported functions 2'],
      ['program', 'read'],
    ],
    ['that are not told', ['INFO: Binary build date'], []],
    ['whose list does not end', ['INFO: Supported Functions (2):', 'INFO: program'], []],
    [
      'whose list ends before it begins',
      ['INFO: End of supported functions 2', 'INFO: Supported Functions (2):'],
      [],
    ],
  ])('%s are read', (_, logs, functions) => {
    expect(readFunctions(logs)).toEqual(functions);
  });
});

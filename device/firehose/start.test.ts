import { describe, expect, it } from 'vitest';
import type { Transfer } from '../transport/scripted-pipe.ts';
import {
  ACK,
  commandsOf,
  log,
  NAK,
  programmer,
  RAW,
  RAW_END,
  response,
  STORAGE,
} from './scripted-programmer.ts';
import { readFunctions, startSession } from './start.ts';

const FUNCTIONS = 'Supported Functions: program configure power benchmark read getstorageinfo erase nop ';
const PAGE = new Uint8Array(STORAGE.pageBytes).fill(0xee);
const configured = (bytes: number) => response('ACK', `MaxPayloadSizeToTargetInBytes="${bytes}" `);
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
) {
  const { link, pipe } = programmer({ ...sound, ...changes }, { hears: greeting });
  return { pipe, started: startSession(link, STORAGE) };
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
    expect(await start({ getstorageinfo: [ACK] }, []).started).toMatchObject({
      ok: true,
      value: { functions: [] },
    });
  });

  it('starts with a programmer that does not know getstorageinfo: the page it reads decides', async () => {
    expect(await start({ getstorageinfo: [NAK] }).started).toMatchObject({ ok: true });
  });

  it('takes the payload that a NAK offers, once', async () => {
    const smaller = response('NAK', 'MaxPayloadSizeToTargetInBytes="4096" ');
    const { pipe, started } = start({ configure: (_, n) => (n === 0 ? [smaller] : [configured(4096)]) });
    expect(await started).toMatchObject({ ok: true, value: { payloadBytes: 4096 } });
    expect(commandsOf(pipe)[1]).toContain('MaxPayloadSizeToTargetInBytes="4096"');
    expect(await start({ configure: [smaller] }).started).toMatchObject({
      failure: { reason: 'programmer-refused', command: 'configure' },
    });
  });

  it.each([
    ['offers more: what was asked for holds', 1_048_576, 8192],
    ['offers less', 1024, 1024],
  ])('with a programmer that %s', async (_, offered, payloadBytes) => {
    expect(await start({ configure: [configured(offered)] }).started).toMatchObject({
      value: { payloadBytes },
    });
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
    expect(await start({ getstorageinfo: [ACK], read: [NAK, log(why)] }).started).toMatchObject({
      ok: false,
      failure: { reason: 'wrong-geometry', found: why },
    });
  });

  it.each([
    [
      'describes itself in broken JSON',
      { getstorageinfo: [log('INFO: {&quot;storage_info&quot;: {oops}}'), ACK] },
    ],
    ['describes nothing', { getstorageinfo: [log('INFO: no storage'), ACK] }],
  ])('that %s is judged by the page it reads', async (_, changes) => {
    expect((await start(changes).started).ok).toBe(true);
  });

  it.each([
    ['does not go into raw mode', { read: [ACK] }, 'programmer-answer-unexpected'],
    ['sends half a page', { read: [RAW, PAGE.subarray(1000)] }, 'transfer-timed-out'],
    ['fails after the page', { read: [RAW, PAGE, NAK] }, 'wrong-geometry'],
    ['is silent', { read: [] }, 'firehose-silent'],
  ])('that %s is not trusted with an erase', async (_, changes, reason) => {
    expect(await start(changes).started).toMatchObject({ ok: false, failure: { reason } });
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

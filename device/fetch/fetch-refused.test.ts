import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Http } from '../http/http.ts';
import { aPackage } from '../stage/test-package.ts';
import { CAN_MOUNT, unmount } from '../stage/test-places.ts';
import { PARALLEL_CHUNKS, REQUEST_COST_BYTES } from './limits.ts';
import { ONE as one, ONE_ID as oneId, MANY as pkg, setUpDownload } from './test-download.ts';

const at = setUpDownload();
const MIB = 1024 * 1024;
/** What undici hands over at once. */
const PIECE_MAX_BYTES = 64 * 1024;
/** More chunks than are fetched at a time, each of several pieces. */
const large = aPackage({ chunkBytes: MIB, fileSizes: { 'update/large.bin': 6 * MIB } });

describe('a repository that misbehaves', () => {
  it.each([
    ['wrong bytes', 'wrong-bytes'],
    ['a truncated chunk', 'truncate'],
  ] as const)('is asked again after %s, and believed when the bytes are right', async (_name, how) => {
    expect(await at.fetch(one, [how, how])).toMatchObject({ value: { requests: 3 } });
    await at.expectWhole(one);
  });

  it('is given up after three whole chunks with wrong content, and nothing is left of them', async () => {
    const fetched = await at.fetch(one, ['wrong-bytes', 'wrong-bytes', 'wrong-bytes']);
    expect(fetched).toEqual({
      ok: false,
      failure: { reason: 'chunk-content-wrong', id: oneId, file: null, why: 'not-zstd' },
    });
    expect(existsSync(at.place(one))).toBe(false);
    expect(readdirSync(dirname(at.place(one)))).toEqual([]);
  });

  it.each([
    ['declared', 'oversize'],
    ['undeclared', 'oversize-undeclared'],
  ] as const)('is refused a chunk larger than any may be, %s', async (_name, how) => {
    expect(await at.fetch(one, [how])).toMatchObject({
      failure: { reason: 'chunk-too-large', id: oneId, maxBytes: 1024 * 1024 + 16 * 1024 },
    });
  });

  it('may stall, and is asked again', async () => {
    expect(await at.fetch(one, ['stall', 'never-end'])).toMatchObject({ value: { requests: 3, resumed: 1 } });
    await at.expectWhole(one);
  });

  it('may trickle for so long, and is asked for the rest', async () => {
    const limits = { requestMaxMs: 100 };
    expect(await at.fetch(one, ['trickle'], { limits })).toMatchObject({
      value: { requests: 2, resumed: 1, fetchedBytes: one.manifest.package.storedBytes },
    });
  });

  it('that gives a login page instead is not asked again, and nothing of the page is kept', async () => {
    const page = { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } };
    const fetched = await at.fetch(one, [{ cutAfterBytes: 1000 }, page]);
    expect(fetched).toMatchObject({ failure: { reason: 'chunk-is-a-page' } });
    expect(at.server?.seen).toHaveLength(2);
    expect(await at.fetch(one)).toMatchObject({ value: { resumed: 1, reusedBytes: 1000 } });
  });

  it('is waited for as long as it asks, and a little longer', async () => {
    const busy = { status: 503, headers: { 'retry-after': '9' } };
    expect(await at.fetch(one, [busy])).toMatchObject({ ok: true });
    expect(at.slept).toEqual([9000 + 500]);
  });

  it('ends the run when it asks for more patience than there is', async () => {
    expect(await at.fetch(one, [{ status: 429, headers: { 'retry-after': '86400' } }])).toMatchObject({
      failure: { reason: 'repository-busy', status: 429, retryAfterMs: 86_400_000 },
    });
  });

  it.each([404, 403, 410])('is not asked again after %d', async (status) => {
    expect(await at.fetch(one, [{ status }])).toMatchObject({
      failure: { reason: 'chunk-refused', id: oneId, status },
    });
    expect(at.server?.seen).toHaveLength(1);
  });

  it('is given up after twelve requests in a row that bring nothing', async () => {
    const fetched = await at.fetch(one, Array(50).fill({ cutAfterBytes: -1 }));
    expect(fetched).toMatchObject({ failure: { reason: 'repository-unreachable', attempts: 12 } });
    expect(at.server?.seen).toHaveLength(12);
  });

  it('is given up after so many requests, though each brings a byte', async () => {
    const fetched = await at.fetch(one, Array(100).fill({ cutAfterBytes: 1 }));
    expect(fetched).toMatchObject({
      failure: { reason: 'repository-unreachable', code: 'cut', attempts: 64 },
    });
  });

  it.each([300_000, 1_000_000])(
    'costs no more than the budget of %d, and the piece that spends it',
    async (budgetBytes) => {
      at.stage = await at.aStage('disk', 4 * MIB);
      const limits = { budgetBytes, silenceMs: 300 };
      const spent: number[] = [];
      const onSpent = async (bytes: number) => void spent.push(bytes);
      const fetched = await at.fetch(large, [], { limits, onSpent });
      expect(fetched).toMatchObject({ failure: { reason: 'byte-budget-spent', budgetBytes } });
      expect(spent[0]).toBeGreaterThanOrEqual(budgetBytes);
      expect(spent[0]).toBeLessThanOrEqual(budgetBytes + PIECE_MAX_BYTES);
    },
  );

  it('gives a package for a budget that is exactly it, however the chunks share it', async () => {
    const { storedBytes } = large.manifest.package;
    at.stage = await at.aStage('disk', 4 * MIB);
    const limits = { budgetBytes: storedBytes, silenceMs: 300 };
    expect(await at.fetch(large, [{ cutAfterBytes: 100_000 }], { limits })).toMatchObject({
      value: { fetchedBytes: storedBytes },
    });
  });

  it.each([
    ['an answer without a chunk', { status: 503 }, 12],
    ['a hang-up', { cutAfterBytes: -1 }, 12],
    ['an answer without a byte', { cutAfterBytes: 0 }, 12],
    ['an answer of some bytes', { cutAfterBytes: 1 }, 64],
  ] as const)(
    'has %s counted against the budget, so that attempts end over all runs',
    async (_name, how, each) => {
      const spent: number[] = [];
      const came: number[] = [];
      const onSpent = async (bytes: number, fetchedBytes: number) => {
        spent.push(bytes);
        came.push(fetchedBytes);
      };
      const limits = { budgetBytes: 1.5 * each * REQUEST_COST_BYTES, silenceMs: 300 };
      expect(await at.fetch(one, Array(200).fill(how), { limits, onSpent })).toMatchObject({ ok: false });
      expect(spent).toEqual([each * REQUEST_COST_BYTES]);
      expect(came[0]).toBeLessThanOrEqual(each);
      const [spentBefore = 0] = spent;
      expect(await at.fetch(one, [], { limits, spentBefore })).toMatchObject({
        failure: { reason: 'byte-budget-spent', fetchedBytes: limits.budgetBytes },
      });
      expect(at.server?.seen).toHaveLength(1.5 * each);
    },
  );

  it('costs nothing while it cannot be connected to', async () => {
    const spent: number[] = [];
    const onSpent = async (bytes: number) => void spent.push(bytes);
    await at.fetch(one, [], { repositoryUrl: 'http://127.0.0.1:1/', onSpent });
    expect(spent).toEqual([0]);
  });

  it('says all that it cost, with the chunks that were under way beside the one that spent the budget', async () => {
    const spent: number[] = [];
    const onSpent = async (bytes: number) => void spent.push(bytes);
    const fetched = await at.fetch(pkg, [], { limits: { budgetBytes: 10_000, silenceMs: 300 }, onSpent });
    expect(fetched).toMatchObject({ failure: { reason: 'byte-budget-spent', fetchedBytes: spent[0] } });
  });

  it('costs no more than the budget with what earlier runs have spent, and is not asked once that is gone', async () => {
    const limits = { budgetBytes: 10_000, silenceMs: 300 };
    const spent: number[] = [];
    const onSpent = async (bytes: number) => void spent.push(bytes);
    const stopped = [{ status: 503 }, { cutAfterBytes: 10_000 }];
    expect(await at.fetch(one, stopped, { limits, onSpent })).toMatchObject({ ok: false });
    expect(spent[0]).toBeGreaterThan(10_000);
    const asked = at.server?.seen.length;
    expect(await at.fetch(pkg, [], { limits, onSpent, spentBefore: spent[0] ?? 0 })).toEqual({
      ok: false,
      failure: { reason: 'byte-budget-spent', fetchedBytes: spent[0], budgetBytes: 10_000 },
    });
    expect(spent[1]).toBe(0);
    expect(at.server?.seen).toHaveLength(asked ?? 0);
  });

  it('that goes on and on is left after the time that one fetch may take', async () => {
    const limits = { fetchMaxMs: 100, silenceMs: 10_000 };
    expect(await at.fetch(one, ['never-end'], { limits })).toMatchObject({
      failure: { reason: 'fetch-too-slow', afterMs: 100 },
    });
  });

  it('is left with all its requests where the updater has a bug', async () => {
    const asked: AbortSignal[] = [];
    const getStream: Http['getStream'] = (url, options, signal) => {
      asked.push(signal);
      return at.http.getStream(url, options, signal);
    };
    const random = () => {
      throw new TypeError('a bug');
    };
    const others = Array.from({ length: PARALLEL_CHUNKS - 1 }, () => 'never-end' as const);
    const changes = { http: { ...at.http, getStream }, random, limits: { silenceMs: 20_000 } };
    await expect(at.fetch(pkg, [...others, { status: 503 }], changes)).rejects.toThrow('a bug');
    expect(asked.filter(({ aborted }) => aborted)).toHaveLength(others.length);
  });

  it('says which address it was when nobody answers', async () => {
    const fetched = await at.fetch(one, [], { repositoryUrl: 'http://127.0.0.1:1/' });
    expect(fetched).toMatchObject({
      failure: { reason: 'repository-unreachable', code: 'ECONNREFUSED', attempts: 12 },
    });
  });
});

describe.runIf(CAN_MOUNT)('a stage that gives way', () => {
  it('is full: says what is needed and what there is', async () => {
    at.stage = await at.aStage('auto', 1);
    const large = aPackage({ chunkBytes: 256 * 1024, fileSizes: { 'update/large.bin': 4 * 1024 * 1024 } });
    const fetched = await at.fetch(large);
    expect(fetched).toMatchObject({
      failure: {
        reason: 'stage-full',
        directory: at.stage.directory,
        neededBytes: large.manifest.package.storedBytes,
      },
    });
  });

  it('is unmounted while it is filled: no more is written below it than was under way', async () => {
    at.stage = await at.aStage('auto');
    const fetched = await at.fetch(pkg, [], {
      onProgress: ({ doneBytes }) => {
        if (doneBytes === 0 || !mounted()) return;
        unmountLazily();
      },
    });
    expect(fetched).toMatchObject({ failure: { reason: 'stage-unmounted' } });
    expect(readdirSync(at.stage.directory).length).toBeLessThan(PARALLEL_CHUNKS);
  });

  function mounted(): boolean {
    return readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${at.stage.directory} `);
  }

  function unmountLazily(): void {
    unmount(at.stage.directory, ['-l']);
  }
});

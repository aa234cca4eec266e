import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkPath } from '../../shared/caibx.ts';
import { aPackage, fillStage } from '../stage/test-package.ts';
import { aDirectory } from '../stage/test-places.ts';
import { PART_STEP_BYTES } from './limits.ts';
import {
  ONE as one,
  ONE_BYTES as oneBytes,
  ONE_ID as oneId,
  MANY as pkg,
  setUpDownload,
} from './test-download.ts';
import type { Misbehaviour } from './test-repository-server.ts';

const at = setUpDownload();
/** A chunk of several steps. */
const large = aPackage({ chunkBytes: 1024 * 1024, fileSizes: { 'update/large.bin': 900_000 } });
const [[largeId, { length: largeBytes }] = ['', new Uint8Array()]] = large.stored;

describe('fetching a package', () => {
  it('brings every chunk, once, into private directories', async () => {
    const fetched = await at.fetch(pkg);
    const { storedBytes } = pkg.manifest.package;
    expect(fetched).toEqual({
      ok: true,
      value: { fetchedBytes: storedBytes, reusedBytes: 0, requests: pkg.stored.size, resumed: 0 },
    });
    await at.expectWhole(pkg);
    expect(statSync(dirname(at.place(pkg))).mode & 0o777).toBe(0o700);
    expect(statSync(at.place(pkg)).mode & 0o777).toBe(0o600);
  });

  it('tells how far it is, up to the whole', async () => {
    const told: number[] = [];
    await at.fetch(pkg, [], { onProgress: ({ doneBytes }) => told.push(doneBytes) });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(pkg.manifest.package.storedBytes);
  });

  it('asks for nothing when everything is there', async () => {
    await fillStage(at.stage.directory, pkg);
    const fetched = await at.fetch(pkg);
    const { storedBytes } = pkg.manifest.package;
    expect(fetched).toMatchObject({ value: { fetchedBytes: 0, reusedBytes: storedBytes, requests: 0 } });
  });

  it.each([
    ['other bytes of the same length', (right: Uint8Array) => Buffer.alloc(right.length, 'x')],
    ['the right length of other content', () => zstdCompressSync(Buffer.alloc(1000))],
    ['nothing', () => Buffer.alloc(0)],
  ])('fetches a chunk again under whose name lies %s', async (_name, content) => {
    await fillStage(at.stage.directory, pkg);
    const [id = '', right = new Uint8Array()] = [...pkg.stored][2] ?? [];
    writeFileSync(at.place(pkg, id), content(right));
    expect(await at.fetch(pkg)).toMatchObject({ value: { requests: 1, fetchedBytes: right.length } });
    await at.expectWhole(pkg);
  });
});

describe('a line that breaks', () => {
  it('goes on where it stopped, with the range and the ETag of what is there', async () => {
    const fetched = await at.fetch(one, [{ cutAfterBytes: 1000 }, { cutAfterBytes: 500 }]);
    expect(fetched).toEqual({
      ok: true,
      value: { fetchedBytes: oneBytes.length, reusedBytes: 0, requests: 3, resumed: 2 },
    });
    const etag = `"sha256-${oneId}"`;
    expect(at.server?.seen.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      ['', ''],
      ['bytes=1000-', etag],
      ['bytes=1500-', etag],
    ]);
    await at.expectWhole(one);
  });

  it('goes on in the next run, from what an aborted one left', async () => {
    const abort = new AbortController();
    const first = await at.fetch(one, ['never-end'], { onProgress: () => abort.abort() }, abort.signal);
    expect(first).toEqual({ ok: false, failure: { reason: 'interrupted' } });
    expect(readFileSync(`${at.place(one)}.part.etag`, 'utf8')).toBe(`"sha256-${oneId}"`);
    const second = await at.fetch(one);
    expect(second).toMatchObject({
      value: { reusedBytes: 1, fetchedBytes: oneBytes.length - 1, resumed: 1 },
    });
    await at.expectWhole(one);
  });

  it.each([
    ['goes on inside a chunk after a kill', 1_000, 2 * PART_STEP_BYTES],
    ['writes nothing down of what comes at once', 0, large.stored.size * largeBytes],
  ])('%s', async (_name, stepMs, lostMaxBytes) => {
    const killed = aDirectory();
    let nowMs = 0;
    let doneAtKill = 0;
    await at.fetch(large, [{ cutAfterBytes: 200_000 }, { status: 404 }], {
      clock: { nowMs: Date.now, elapsedMs: () => (nowMs += stepMs), sleep: async () => {} },
      onProgress: ({ doneBytes }) => {
        if (doneBytes < 190_000 || doneAtKill > 0) return;
        doneAtKill = doneBytes;
        // What lies on the disk at this moment is all that a killed run leaves.
        cpSync(at.base, killed, { recursive: true });
      },
    });
    expect(existsSync(join(killed, 'cistern-stage-package', `${chunkPath(largeId)}.part`))).toBe(stepMs > 0);
    rmSync(at.base, { recursive: true });
    at.base = killed;
    at.stage = await at.aStage('disk');
    const next = await at.fetch(large);
    const lostBytes = next.ok ? next.value.fetchedBytes - (largeBytes - doneAtKill) : Number.NaN;
    expect(lostBytes).toBeLessThanOrEqual(lostMaxBytes);
    expect(at.server?.seen.at(-1)?.ifRange).toBe(stepMs > 0 ? `"sha256-${largeId}"` : '');
    await at.expectWhole(large);
  });

  it('needs no request for a part that is whole', async () => {
    writeFileSync(`${at.place(one)}.part`, oneBytes);
    expect(await at.fetch(one)).toMatchObject({ value: { requests: 0, reusedBytes: oneBytes.length } });
    await at.expectWhole(one);
  });

  it('begins again when the repository has other bytes by now', async () => {
    writeFileSync(`${at.place(one)}.part`, Buffer.alloc(1000, 'x'));
    writeFileSync(`${at.place(one)}.part.etag`, '"older"');
    expect(await at.fetch(one)).toMatchObject({ value: { requests: 1, fetchedBytes: oneBytes.length } });
    await at.expectWhole(one);
  });

  it.each([
    ['ignores the range', ['ignore-range'], 2],
    ['lies about the range', ['lie-about-range'], 3],
    ['sends the bytes of another range', ['shift-range'], 3],
  ] as const)('survives a repository that %s', async (_name, misbehaviours, requests) => {
    const fetched = await at.fetch(one, [{ cutAfterBytes: 1000 }, ...misbehaviours]);
    expect(fetched).toMatchObject({ ok: true, value: { requests } });
    await at.expectWhole(one);
  });

  it.each([
    [400, 3],
    [403, 3],
    [501, 3],
    ['hang-up', 4],
  ] as const)(
    'gets past what answers a range with %s: the whole is asked for, run after run',
    async (how, requests) => {
      const firewall = Array.from({ length: 20 }, () => ({ refuseRange: how }));
      const fetched = await at.fetch(one, [{ cutAfterBytes: 1000 }, ...firewall]);
      expect(fetched).toMatchObject({ ok: true, value: { requests, resumed: 0 } });
      await at.expectWhole(one);
    },
  );

  it.each([
    ['hung up on twice', Array.from({ length: 2 }, () => ({ refuseRange: 'hang-up' }) as const)],
    ['refused once', [{ refuseRange: 403 }]],
    ['answered wrongly once', ['lie-about-range']],
  ] as const)('goes on in ranges where one was %s and the whole breaks as well', async (_name, refusals) => {
    const cut = { cutAfterBytes: 150_000 };
    const fetched = await at.fetch(large, [cut, ...refusals, cut, cut]);
    expect(fetched).toMatchObject({ ok: true, value: { fetchedBytes: largeBytes + 150_000 } });
    expect(at.server?.seen.slice(-2).map(({ range }) => range)).toEqual(['bytes=150000-', 'bytes=300000-']);
  });

  it('goes on where answers tell no length and are cut: nobody says that they are', async () => {
    const closed = { closeAfterBytes: 150_000 };
    const fetched = await at.fetch(large, [closed, closed, closed]);
    expect(fetched).toMatchObject({ ok: true, value: { fetchedBytes: largeBytes, resumed: 3 } });
  });

  it('keeps what is there until the whole comes: a line that is away for a while costs no byte twice', async () => {
    const away = Array.from({ length: 3 }, () => ({ cutAfterBytes: -1 }));
    const fetched = await at.fetch(one, [{ cutAfterBytes: 1000 }, ...away]);
    expect(fetched).toMatchObject({ ok: true, value: { fetchedBytes: oneBytes.length, resumed: 1 } });
  });

  it.each([
    ['an ETag alone', ['.part.etag']],
    ['a part without bytes, and an ETag', ['.part', '.part.etag']],
    ['a part without bytes', ['.part']],
  ])('survives what a killed run left: %s', async (_name, endings) => {
    for (const ending of endings)
      writeFileSync(at.place(one) + ending, ending.endsWith('.etag') ? '"e"' : '');
    expect(await at.fetch(one, [{ cutAfterBytes: 1000 }])).toMatchObject({ ok: true, value: { resumed: 1 } });
    await at.expectWhole(one);
  });

  it('replaces a part that is longer than its chunk', async () => {
    writeFileSync(`${at.place(one)}.part`, Buffer.alloc(oneBytes.length + 10, 'x'));
    expect(await at.fetch(one)).toMatchObject({ ok: true, value: { requests: 2 } });
    await at.expectWhole(one);
  });

  it('fetches no byte twice, wherever it is cut, and ends with the right bytes', async () => {
    const { storedBytes } = pkg.manifest.package;
    const cuts = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 40 });
    // One that is hung up on twice in a row is taken for one that meets no ranges.
    const hangUp = fc.array(fc.constant<Misbehaviour>({ cutAfterBytes: -1 }), { maxLength: 1 });
    const failures = fc
      .tuple(hangUp, fc.array(fc.constant<Misbehaviour>({ status: 503 }), { maxLength: 4 }))
      .map((both) => both.flat());
    await fc.assert(
      fc.asyncProperty(cuts, failures, async (cutAfter, others) => {
        const misbehaviours = [...cutAfter.map((cutAfterBytes) => ({ cutAfterBytes })), ...others];
        const fetched = await at.fetch(pkg, misbehaviours);
        if (!fetched.ok) throw new Error(JSON.stringify(fetched.failure));
        expect(fetched.value.fetchedBytes).toBeLessThanOrEqual(storedBytes * 1.01);
        await at.expectWhole(pkg);
        await at.server?.close();
        at.server = undefined;
        rmSync(at.stage.directory, { recursive: true });
        at.stage = await at.aStage('disk');
      }),
      { numRuns: 25 },
    );
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkPath } from '../../shared/caibx.ts';
import type { Clock } from '../clock.ts';
import { undiciHttp } from '../http/undici-http.ts';
import { nodePlatform } from '../stage/node-platform.ts';
import { prepareStage } from '../stage/prepare-stage.ts';
import type { Stage } from '../stage/stage.ts';
import { verifyStage } from '../stage/staged-package.ts';
import { aPackage, fillStage, type TestPackage } from '../stage/test-package.ts';
import { aDirectory, CAN_MOUNT, unmount } from '../stage/test-places.ts';
import { fetchPackage, type PackageFetch } from './fetch-package.ts';
import { type ChunkServer, type Misbehaviour, serveChunks } from './test-repository-server.ts';

const never = new AbortController().signal;
const http = undiciHttp({ userAgent: 'cistern-test' });
const pkg = aPackage();
const one = aPackage({ chunkBytes: 64 * 1024, fileSizes: { 'update/one.bin': 50_000 } });
const [oneId = ''] = one.stored.keys();
const oneBytes = one.stored.get(oneId) ?? new Uint8Array();

let base: string;
let stage: Stage;
let server: ChunkServer | undefined;
let slept: number[];

/** Time passes at once. */
const clock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (delayMs) => {
    slept.push(delayMs);
  },
};

beforeEach(async () => {
  base = aDirectory();
  slept = [];
  stage = await aStage('disk');
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await stage.release();
  rmSync(base, { recursive: true, force: true });
});
afterAll(() => http.close());

async function aStage(kind: 'disk' | 'auto', neededBytes = 1024 * 1024): Promise<Stage> {
  const wanted = kind === 'disk' ? base : 'auto';
  const wish = { wanted, neededBytes, baseDirectory: base, platform: nodePlatform };
  const prepared = await prepareStage(wish, never);
  if (!prepared.ok) throw new Error(prepared.failure.reason);
  return prepared.value;
}

async function fetch(
  from: TestPackage,
  misbehaviours: Misbehaviour[] = [],
  changes: Partial<PackageFetch> = {},
  signal = never,
) {
  server ??= await serveChunks(from.stored, misbehaviours);
  return fetchPackage(
    {
      index: from.index,
      storedBytes: from.manifest.package.storedBytes,
      stage,
      repositoryUrl: server.url,
      http,
      clock,
      random: () => 0.5,
      onProgress: () => {},
      limits: { silenceMs: 300 },
      ...changes,
    },
    signal,
  );
}

async function expectWhole(from: TestPackage) {
  const { manifest, index, indexBytes } = from;
  expect(await verifyStage({ stage, manifest, index, indexBytes }, never)).toMatchObject({ ok: true });
  const names = readdirSync(stage.directory, { recursive: true }).map(String);
  expect(names.filter((name) => name.includes('.part'))).toEqual([]);
}

function place(from: TestPackage, id = [...from.stored.keys()][0] ?? ''): string {
  const path = join(stage.directory, chunkPath(id));
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

describe('fetching a package', () => {
  it('brings every chunk, once, into private directories', async () => {
    const fetched = await fetch(pkg);
    const { storedBytes } = pkg.manifest.package;
    expect(fetched).toEqual({
      ok: true,
      value: { fetchedBytes: storedBytes, reusedBytes: 0, requests: pkg.stored.size, resumed: 0 },
    });
    await expectWhole(pkg);
    expect(statSync(dirname(place(pkg))).mode & 0o777).toBe(0o700);
    expect(statSync(place(pkg)).mode & 0o777).toBe(0o600);
  });

  it('tells how far it is, up to the whole', async () => {
    const told: number[] = [];
    await fetch(pkg, [], { onProgress: ({ doneBytes }) => told.push(doneBytes) });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(pkg.manifest.package.storedBytes);
  });

  it('asks for nothing when everything is there', async () => {
    await fillStage(stage.directory, pkg);
    const fetched = await fetch(pkg);
    const { storedBytes } = pkg.manifest.package;
    expect(fetched).toMatchObject({ value: { fetchedBytes: 0, reusedBytes: storedBytes, requests: 0 } });
  });

  it.each([
    ['other bytes of the same length', (right: Uint8Array) => Buffer.alloc(right.length, 'x')],
    ['the right length of other content', () => zstdCompressSync(Buffer.alloc(1000))],
    ['nothing', () => Buffer.alloc(0)],
  ])('fetches a chunk again under whose name lies %s', async (_name, content) => {
    await fillStage(stage.directory, pkg);
    const [id = '', right = new Uint8Array()] = [...pkg.stored][2] ?? [];
    writeFileSync(place(pkg, id), content(right));
    expect(await fetch(pkg)).toMatchObject({ value: { requests: 1, fetchedBytes: right.length } });
    await expectWhole(pkg);
  });
});

describe('a line that breaks', () => {
  it('goes on where it stopped, with the range and the ETag of what is there', async () => {
    const fetched = await fetch(one, [{ cutAfterBytes: 1000 }, { cutAfterBytes: 500 }]);
    expect(fetched).toEqual({
      ok: true,
      value: { fetchedBytes: oneBytes.length, reusedBytes: 0, requests: 3, resumed: 2 },
    });
    const etag = `"sha256-${oneId}"`;
    expect(server?.seen.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      ['', ''],
      ['bytes=1000-', etag],
      ['bytes=1500-', etag],
    ]);
    await expectWhole(one);
  });

  it('goes on in the next run, from what an aborted one left', async () => {
    const abort = new AbortController();
    const first = await fetch(one, ['never-end'], { onProgress: () => abort.abort() }, abort.signal);
    expect(first).toEqual({ ok: false, failure: { reason: 'aborted' } });
    expect(readFileSync(`${place(one)}.part.etag`, 'utf8')).toBe(`"sha256-${oneId}"`);
    const second = await fetch(one);
    expect(second).toMatchObject({
      value: { reusedBytes: 1, fetchedBytes: oneBytes.length - 1, resumed: 1 },
    });
    await expectWhole(one);
  });

  it('needs no request for a part that is whole', async () => {
    writeFileSync(`${place(one)}.part`, oneBytes);
    expect(await fetch(one)).toMatchObject({ value: { requests: 0, reusedBytes: oneBytes.length } });
    await expectWhole(one);
  });

  it('begins again when the repository has other bytes by now', async () => {
    writeFileSync(`${place(one)}.part`, Buffer.alloc(1000, 'x'));
    writeFileSync(`${place(one)}.part.etag`, '"older"');
    expect(await fetch(one)).toMatchObject({ value: { requests: 1, fetchedBytes: oneBytes.length } });
    await expectWhole(one);
  });

  it.each([
    ['ignores the range', ['ignore-range'], 2],
    ['lies about the range', ['lie-about-range'], 3],
    ['sends the bytes of another range', ['shift-range'], 3],
  ] as const)('survives a repository that %s', async (_name, misbehaviours, requests) => {
    const fetched = await fetch(one, [{ cutAfterBytes: 1000 }, ...misbehaviours]);
    expect(fetched).toMatchObject({ ok: true, value: { requests } });
    await expectWhole(one);
  });

  it('replaces a part that is longer than its chunk', async () => {
    writeFileSync(`${place(one)}.part`, Buffer.alloc(oneBytes.length + 10, 'x'));
    expect(await fetch(one)).toMatchObject({ ok: true, value: { requests: 2 } });
    await expectWhole(one);
  });

  it('fetches no byte twice, wherever it is cut, and ends with the right bytes', async () => {
    const { storedBytes } = pkg.manifest.package;
    const cuts = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 40 });
    const failures = fc.array(fc.constantFrom<Misbehaviour>({ cutAfterBytes: -1 }, { status: 503 }), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(cuts, failures, async (cutAfter, others) => {
        const misbehaviours = [...cutAfter.map((cutAfterBytes) => ({ cutAfterBytes })), ...others];
        const fetched = await fetch(pkg, misbehaviours);
        if (!fetched.ok) throw new Error(JSON.stringify(fetched.failure));
        expect(fetched.value.fetchedBytes).toBeLessThanOrEqual(storedBytes * 1.01);
        await expectWhole(pkg);
        await server?.close();
        server = undefined;
        rmSync(stage.directory, { recursive: true });
        stage = await aStage('disk');
      }),
      { numRuns: 25 },
    );
  });
});

describe('a repository that misbehaves', () => {
  it.each([
    ['wrong bytes', 'wrong-bytes'],
    ['a truncated chunk', 'truncate'],
  ] as const)('is asked again after %s, and believed when the bytes are right', async (_name, how) => {
    expect(await fetch(one, [how, how])).toMatchObject({ value: { requests: 3 } });
    await expectWhole(one);
  });

  it('is given up after three whole chunks with wrong content, and nothing is left of them', async () => {
    const fetched = await fetch(one, ['wrong-bytes', 'wrong-bytes', 'wrong-bytes']);
    expect(fetched).toEqual({
      ok: false,
      failure: { reason: 'chunk-content-wrong', id: oneId, file: null, why: 'not-zstd' },
    });
    expect(existsSync(place(one))).toBe(false);
    expect(readdirSync(dirname(place(one)))).toEqual([]);
  });

  it.each([
    ['declared', 'oversize'],
    ['undeclared', 'oversize-undeclared'],
  ] as const)('is refused a chunk larger than any may be, %s', async (_name, how) => {
    expect(await fetch(one, [how])).toMatchObject({
      failure: { reason: 'chunk-too-large', id: oneId, maxBytes: 1024 * 1024 + 16 * 1024 },
    });
  });

  it('may stall, and is asked again', async () => {
    expect(await fetch(one, ['stall', 'never-end'])).toMatchObject({ value: { requests: 3, resumed: 1 } });
    await expectWhole(one);
  });

  it('is waited for as long as it asks, and a little longer', async () => {
    const busy = { status: 503, headers: { 'retry-after': '9' } };
    expect(await fetch(one, [busy])).toMatchObject({ ok: true });
    expect(slept).toEqual([9000 + 500]);
  });

  it('ends the run when it asks for more patience than there is', async () => {
    expect(await fetch(one, [{ status: 429, headers: { 'retry-after': '86400' } }])).toMatchObject({
      failure: { reason: 'repository-busy', status: 429, retryAfterMs: 86_400_000 },
    });
  });

  it.each([404, 403, 410])('is not asked again after %d', async (status) => {
    expect(await fetch(one, [{ status }])).toMatchObject({
      failure: { reason: 'chunk-refused', id: oneId, status },
    });
    expect(server?.seen).toHaveLength(1);
  });

  it('is given up after twelve requests in a row that bring nothing', async () => {
    const fetched = await fetch(one, Array(50).fill({ cutAfterBytes: -1 }));
    expect(fetched).toMatchObject({ failure: { reason: 'repository-unreachable', attempts: 12 } });
    expect(server?.seen).toHaveLength(12);
  });

  it('is given up after so many requests, though each brings a byte', async () => {
    const fetched = await fetch(one, Array(100).fill({ cutAfterBytes: 1 }));
    expect(fetched).toMatchObject({
      failure: { reason: 'repository-unreachable', code: 'cut', attempts: 64 },
    });
  });

  it('costs no more than the budget', async () => {
    const limits = { budgetBytes: 10_000, silenceMs: 300 };
    const fetched = await fetch(one, [], { limits });
    expect(fetched).toMatchObject({ failure: { reason: 'byte-budget-spent', budgetBytes: 10_000 } });
  });

  it('says which address it was when nobody answers', async () => {
    const fetched = await fetch(one, [], { repositoryUrl: 'http://127.0.0.1:1/' });
    expect(fetched).toMatchObject({
      failure: { reason: 'repository-unreachable', code: 'ECONNREFUSED', attempts: 12 },
    });
  });
});

describe.runIf(CAN_MOUNT)('a stage that gives way', () => {
  it('is full: says what is needed and what there is', async () => {
    stage = await aStage('auto', 1);
    const large = aPackage({ chunkBytes: 256 * 1024, fileSizes: { 'update/large.bin': 4 * 1024 * 1024 } });
    const fetched = await fetch(large);
    expect(fetched).toMatchObject({
      failure: {
        reason: 'stage-full',
        directory: stage.directory,
        neededBytes: large.manifest.package.storedBytes,
      },
    });
  });

  it('is unmounted while it is filled: nothing is written below it', async () => {
    stage = await aStage('auto');
    const fetched = await fetch(pkg, [], {
      onProgress: ({ doneBytes }) => {
        if (doneBytes === 0 || !mounted()) return;
        unmountLazily();
      },
    });
    expect(fetched).toMatchObject({ failure: { reason: 'stage-unmounted' } });
    expect(readdirSync(stage.directory)).toEqual([]);
  });

  function mounted(): boolean {
    return readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${stage.directory} `);
  }

  function unmountLazily(): void {
    unmount(stage.directory, ['-l']);
  }
});

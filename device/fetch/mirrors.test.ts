import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { chunkPath } from '../../shared/caibx.ts';
import type { Http } from '../http/http.ts';
import { aDeadMount, CAN_MOUNT } from '../stage/test-places.ts';
import type { FetchLimits } from './fetch-package.ts';
import { ATTEMPTS_OF_MIRROR_MAX, BASE_FAILURES_MAX, PARALLEL_CHUNKS } from './limits.ts';
import { MANY, ONE, setUpDownload } from './test-download.ts';
import { type ChunkServer, type Misbehaviour, serveChunks } from './test-repository-server.ts';

const at = setUpDownload();
const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

async function aMirror(misbehaviours: Misbehaviour[] = [], stored = MANY.stored): Promise<ChunkServer> {
  const server = await serveChunks(stored, misbehaviours);
  ending.push(server.close);
  return server;
}

function aDirectoryMirror(
  layout: string,
  change: (bytes: Uint8Array, i: number) => Uint8Array | null,
): string {
  const directory = join(at.base, 'stick');
  [...MANY.stored].forEach(([id, bytes], i) => {
    const changed = change(bytes, i);
    const path = join(directory, layout, chunkPath(id));
    mkdirSync(dirname(path), { recursive: true });
    if (changed !== null) writeFileSync(path, changed);
  });
  return directory;
}

function aDeadMirror(): string {
  const { directory, end } = aDeadMount();
  ending.push(async () => end());
  return directory;
}

async function fetchFrom(
  mirrors: readonly string[],
  misbehaviours: Misbehaviour[] = [],
  limits: FetchLimits = { silenceMs: 300 },
) {
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const fetched = await at.fetch(MANY, misbehaviours, { mirrors, onNote, limits });
  return { fetched, notes, askedRepository: at.server?.seen.length };
}

describe('a mirror', () => {
  it.each(['v1/chunks', 'chunks', '.'])(
    'that is a directory with its chunks in %s costs no request',
    async (layout) => {
      const stick = aDirectoryMirror(layout, (bytes) => bytes);
      const { fetched, askedRepository } = await fetchFrom([stick]);
      expect(fetched).toMatchObject({ ok: true, value: { fetchedBytes: 0, requests: 0 } });
      expect(askedRepository).toBe(0);
      await at.expectWhole(MANY);
    },
  );

  it('that is a directory is not believed: what is wrong or missing comes from the repository', async () => {
    const stick = aDirectoryMirror('chunks', (bytes, i) => {
      if (i === 0) return null;
      return i === 1 ? bytes.map((byte) => byte ^ 1) : bytes;
    });
    const { fetched, askedRepository } = await fetchFrom([stick]);
    expect(fetched).toMatchObject({ ok: true });
    expect(askedRepository).toBe(2);
    await at.expectWhole(MANY);
  });

  it('that is a directory and lacks some chunks gives all the others', async () => {
    const lacking = 2 * BASE_FAILURES_MAX;
    expect(MANY.stored.size).toBeGreaterThan(lacking);
    const stick = aDirectoryMirror('chunks', (bytes, i) => (i < lacking ? null : bytes));
    const { fetched, notes, askedRepository } = await fetchFrom([stick]);
    expect(fetched).toMatchObject({ ok: true, value: { requests: lacking } });
    expect(askedRepository).toBe(lacking);
    expect(notes).toEqual([]);
  });

  it('that is a directory keeps nothing waiting with a pipe in the place of a chunk', async () => {
    const stick = aDirectoryMirror('chunks', (bytes, i) => (i === 0 ? null : bytes));
    const [id = ''] = MANY.stored.keys();
    execFileSync('mkfifo', [join(stick, 'chunks', chunkPath(id))]);
    expect(await fetchFrom([stick])).toMatchObject({ fetched: { ok: true }, askedRepository: 1 });
  });

  it.runIf(CAN_MOUNT)(
    'that is a mount whose server is gone is left after the time of one chunk',
    async () => {
      const directory = aDeadMirror();
      const limits = { mirrorChunkMaxMs: 60, silenceMs: 300 };
      const { fetched, notes } = await fetchFrom([directory], [], limits);
      expect(fetched).toMatchObject({ ok: true, value: { requests: MANY.stored.size } });
      expect(notes).toEqual([`${directory} is not asked any more (chunk-unreadable)`]);
    },
  );

  it.runIf(CAN_MOUNT)('that is a mount whose server is gone holds up nobody who stops', async () => {
    const abort = new AbortController();
    const fetching = at.fetch(MANY, [], { mirrors: [aDeadMirror()] }, abort.signal);
    setTimeout(() => abort.abort(), 50);
    expect(await fetching).toMatchObject({ failure: { reason: 'interrupted' } });
  });

  it('on the network is asked before the repository', async () => {
    const mirror = await aMirror();
    const { fetched, askedRepository } = await fetchFrom([mirror.url]);
    expect(fetched).toMatchObject({ ok: true, value: { requests: MANY.stored.size } });
    expect(askedRepository).toBe(0);
    expect(mirror.seen).toHaveLength(MANY.stored.size);
  });

  it('alone may be asked in the clear on a network of one’s own: the repository may not', async () => {
    const mirror = await aMirror([{ status: 403 }]);
    const asked: unknown[] = [];
    const getStream: Http['getStream'] = (url, options, signal) => {
      asked.push([new URL(url).origin, options.allowPrivate]);
      return at.http.getStream(url, options, signal);
    };
    const http = { ...at.http, getStream };
    expect(await at.fetch(ONE, [], { http, mirrors: [mirror.url] })).toMatchObject({ ok: true });
    expect(asked).toEqual([
      [mirror.url, true],
      [at.server?.url, false],
    ]);
  });

  it.each([
    ['lacks everything', () => aMirror([], new Map())],
    ['is forbidden', () => aMirror(Array.from({ length: 99 }, () => ({ status: 403 })))],
    ['has other bytes', () => aMirror(Array.from({ length: 99 }, () => 'wrong-bytes'))],
    ['is busy', () => aMirror(Array.from({ length: 99 }, () => ({ status: 503 })))],
  ] as const)('that %s is given up, said so, and the repository gives everything', async (_, make) => {
    const mirror = await make();
    const { fetched, notes } = await fetchFrom([mirror.url]);
    expect(fetched).toMatchObject({ ok: true });
    expect(notes).toEqual([expect.stringContaining(`${mirror.url} is not asked any more`)]);
    await at.expectWhole(MANY);
  });

  it('that trickles is left after its time for a chunk, and what it brought is gone on from', async () => {
    const mirror = await aMirror(Array.from({ length: 99 }, () => 'trickle'));
    const limits = { mirrorChunkMaxMs: 60, silenceMs: 5_000 };
    const { fetched, notes } = await fetchFrom([mirror.url], [], limits);
    expect(fetched).toMatchObject({ ok: true, value: { fetchedBytes: MANY.manifest.package.storedBytes } });
    expect(notes).toHaveLength(1);
    expect(mirror.seen.length).toBeLessThanOrEqual(BASE_FAILURES_MAX + PARALLEL_CHUNKS);
  });

  it('that brings a byte a request is asked a few times for a chunk', async () => {
    const mirror = await aMirror(Array.from({ length: 999 }, () => ({ cutAfterBytes: 1 })));
    const { fetched, notes } = await fetchFrom([mirror.url]);
    expect(fetched).toMatchObject({ ok: true });
    expect(notes).toHaveLength(1);
    expect(mirror.seen.length).toBeLessThanOrEqual(
      (BASE_FAILURES_MAX + PARALLEL_CHUNKS) * ATTEMPTS_OF_MIRROR_MAX,
    );
  });

  it('that is busy is not asked twice for a chunk, nor waited for', async () => {
    const mirror = await aMirror([{ status: 503, headers: { 'retry-after': '9' } }], ONE.stored);
    expect(await at.fetch(ONE, [], { mirrors: [mirror.url] })).toMatchObject({ ok: true });
    expect(mirror.seen).toHaveLength(1);
    expect(at.slept).toEqual([]);
  });

  it('that nobody reaches costs a few tries, not one for each chunk', async () => {
    const gone = await aMirror();
    await gone.close();
    const { fetched, notes } = await fetchFrom([gone.url, join(at.base, 'no-stick')]);
    expect(fetched).toMatchObject({ ok: true });
    expect(notes).toHaveLength(2);
    await at.expectWhole(MANY);
  });

  it('that breaks off is gone on from at the repository, byte for byte', async () => {
    const cut = { cutAfterBytes: 1_000 } as const;
    const nothing = { cutAfterBytes: 0 } as const;
    const mirror = await aMirror([cut, cut, cut, cut, ...Array.from({ length: 40 }, () => nothing)]);
    const { fetched } = await fetchFrom([mirror.url]);
    if (!fetched.ok) throw new Error(fetched.failure.reason);
    expect(fetched.value.resumed).toBeGreaterThanOrEqual(BASE_FAILURES_MAX);
    expect(fetched.value.fetchedBytes).toBe(MANY.manifest.package.storedBytes);
    await at.expectWhole(MANY);
  });

  it('has no say in why a download failed: the repository has', async () => {
    const mirror = await aMirror([], new Map());
    const { fetched } = await fetchFrom(
      [mirror.url],
      Array.from({ length: 99 }, () => ({ status: 410 })),
    );
    expect(fetched).toMatchObject({ ok: false, failure: { reason: 'chunk-refused', status: 410 } });
  });
});

describe('a rate limit', () => {
  it('holds all connections together to its bytes a second', async () => {
    let nowMs = 0;
    const clock = {
      nowMs: () => nowMs,
      elapsedMs: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    const storedBytes = MANY.manifest.package.storedBytes;
    const fetched = await at.fetch(MANY, [], { clock, limits: { bytesPerSecond: storedBytes / 10 } });
    expect(fetched).toMatchObject({ ok: true });
    expect(nowMs).toBeGreaterThan(9_000);
  });
});

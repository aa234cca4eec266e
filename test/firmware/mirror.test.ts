/** Mirrors: verified, resumable, never half visible, never set back; and repositories without a Worker that are kept fresh. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDemoPackage } from './demo-package.ts';
import { shown } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

const MODEL = 'quectel/ec25euga-m4g';
const OTHER = 'quectel/eg25ggc-m4g';
const FIRST = 'EC25EUGAR06A05M4G_01.003.01.003';
const SECOND = 'EC25EUGAR08A03M4G_01.200.01.200';
const DAY_MS = 24 * 60 * 60 * 1000;

let scratch: string;
let count = 0;
const fresh = () => join(scratch, `mirror-${++count}`);
const run = (args: readonly string[], nowMs = Date.now()) => runCisternRepo([...args, '--json'], { nowMs });
const root = () => join(scratch, 'keys/1.root.json');
const keys = () => [...['--keys', join(scratch, 'keys'), '--online-keys', join(scratch, 'online.env')]];
const publish = (version: string, to: string, nowMs = Date.now()) =>
  run(
    ['publish', join(scratch, version), '--model', MODEL, '--version', version, '--to', to, ...keys()],
    nowMs,
  );
const mirror = (from: string, to: string, ...more: string[]) =>
  run(['mirror', from, '--to', to, '--root', root(), ...more]);
const verify = (where: string) => run(['verify', where, '--root', root(), '--model', MODEL]);

/** One with the first release, one with both; copies of the same repository. */
let older: string;
let newer: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'mirror-'));
  const init = ['keys', 'init', '--dir', join(scratch, 'keys'), '--no-passphrase'];
  expect(await run([...init, '--online', join(scratch, 'online.env')])).toMatchObject({ code: 0 });
  for (const version of [FIRST, SECOND])
    await writeDemoPackage(join(scratch, version), { version, sizeBytes: 1_000_000 });
  older = fresh();
  expect(await publish(FIRST, older)).toMatchObject({ code: 0 });
  newer = fresh();
  await cp(older, newer, { recursive: true });
  expect(await publish(SECOND, newer, Date.now() + 5_000)).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

const filesOf = async (directory: string) =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe('mirror', () => {
  it('copies what is missing and nothing twice', async () => {
    const to = fresh();
    expect(shown(await mirror(newer, to)).mirrored).toMatchObject([
      { model: MODEL, releases: 2, sharedChunks: 0 },
    ]);
    expect(shown(await verify(to)).releases).toEqual([FIRST, SECOND]);
    const again = shown(await mirror(newer, to)).mirrored[0];
    expect(again).toMatchObject({ copiedChunks: 0, metadata: 'was-there' });
  });

  it('follows its source, and is never set back by an older one', async () => {
    const to = fresh();
    expect(await mirror(older, to)).toMatchObject({ code: 0 });
    expect(shown(await verify(to)).releases).toEqual([FIRST]);
    expect(shown(await mirror(newer, to)).mirrored[0]).toMatchObject({ metadata: 'copied' });
    expect(shown(await mirror(older, to)).mirrored[0]).toMatchObject({ metadata: 'is-newer' });
    expect(shown(await verify(to)).releases).toEqual([FIRST, SECOND]);
  });

  it('brings back a chunk that an audit names as damaged, once it is removed', async () => {
    const to = fresh();
    await mirror(newer, to);
    const chunk = (await filesOf(join(to, 'v1/chunks')))[0] ?? '';
    await writeFile(chunk, 'damaged');
    const [defect, ...others] = shown(await verify(to)).defects;
    expect(chunk).toContain(defect.where);
    expect(others).toEqual([]);
    await rm(chunk);
    expect(shown(await mirror(newer, to)).mirrored[0]).toMatchObject({ copiedChunks: 1 });
    expect(await verify(to)).toMatchObject({ code: 0 });
  });

  it('believes no number that its timestamp role did not sign', async () => {
    const to = fresh();
    await mirror(older, to);
    const path = join(to, 'v1/models', MODEL, 'metadata/timestamp.json');
    const timestamp = JSON.parse(await readFile(path, 'utf8'));
    timestamp.signed.version = 2 ** 40;
    await writeFile(path, JSON.stringify(timestamp));
    expect(shown(await mirror(newer, to)).mirrored[0]).toMatchObject({ metadata: 'copied' });
    expect(shown(await verify(to)).releases).toEqual([FIRST, SECOND]);
  });

  it('copies chosen models alone, and says so of one that is not there', async () => {
    const to = fresh();
    expect(shown(await mirror(newer, to, '--model', MODEL)).mirrored).toHaveLength(1);
    expect(shown(await mirror(newer, to, '--model', OTHER))).toMatchObject({ reason: 'model-not-published' });
  });

  it('shows nothing of a model of which a chunk is damaged or lost, and goes on once it is whole', async () => {
    const source = fresh();
    await cp(newer, source, { recursive: true });
    const chunk = (await filesOf(join(source, 'v1/chunks')))[1] ?? '';
    const sound = await readFile(chunk);
    const to = fresh();
    await writeFile(chunk, Buffer.concat([sound.subarray(0, 100), Buffer.from('x'), sound.subarray(101)]));
    expect(shown(await mirror(source, to))).toMatchObject({ reason: 'chunk-altered-in-source' });
    await rm(chunk);
    expect(shown(await mirror(source, to))).toMatchObject({ reason: 'chunk-missing-in-source' });
    expect((await filesOf(to)).filter((path) => !path.includes('/chunks/'))).toEqual([]);
    await writeFile(chunk, sound);
    expect(shown(await mirror(source, to))).toMatchObject({ ok: true });
    expect(await verify(to)).toMatchObject({ code: 0 });
  });

  it('is not mixed with another repository', async () => {
    const other = join(scratch, 'other-keys');
    await run(['keys', 'init', '--dir', other, '--no-passphrase', '--online', join(scratch, 'other.env')]);
    const stranger = fresh();
    const published = await run([
      ...['publish', join(scratch, FIRST), '--model', MODEL, '--version', FIRST, '--to', stranger],
      ...['--keys', other, '--online-keys', join(scratch, 'other.env')],
    ]);
    expect(published.code, published.stdout).toBe(0);
    expect(shown(await mirror(stranger, fresh()))).toMatchObject({ reason: 'metadata-rejected' });
    const to = fresh();
    await mirror(newer, to);
    const mixed = await run(['mirror', stranger, '--to', to, '--root', join(other, '1.root.json')]);
    expect(shown(mixed)).toMatchObject({ reason: 'mirror-of-another-root' });
    expect(await verify(to)).toMatchObject({ code: 0 });
  });

  it('brings all roots to devices that have the first', async () => {
    const source = fresh();
    await cp(newer, source, { recursive: true });
    const rotated = join(scratch, 'rotated');
    await cp(join(scratch, 'keys'), rotated, { recursive: true });
    expect(await run(['keys', 'renew', '--dir', rotated])).toMatchObject({ code: 0 });
    const uploaded = await run([
      ...['keys', 'upload', '--dir', rotated, '--to', source, '--online-keys', join(scratch, 'online.env')],
    ]);
    expect(shown(uploaded)).toMatchObject({ stored: [2] });
    const to = fresh();
    const second = await run(['mirror', source, '--to', to, '--root', join(rotated, '2.root.json')]);
    expect(second.code, second.stdout).toBe(0);
    expect(shown(await verify(to))).toMatchObject({ ok: true, versions: { root: 2 } });
  });
});

describe('a model that is bad among others', () => {
  const GOOD = 'quectel/eg25ggb-m2g';
  const VERSION = 'EG25GGBR07A08M2G_01.001.01.001';
  let source: string;
  beforeAll(async () => {
    source = fresh();
    await cp(older, source, { recursive: true });
    await writeDemoPackage(join(scratch, VERSION), { version: VERSION, sizeBytes: 1_000_000 });
    const published = await run([
      ...[
        'publish',
        join(scratch, VERSION),
        '--model',
        GOOD,
        '--version',
        VERSION,
        '--to',
        source,
        ...keys(),
      ],
    ]);
    expect(published.code, published.stdout).toBe(0);
    // The one that comes first of the two.
    const path = join(source, 'v1/models', MODEL, 'metadata/timestamp.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace(/"sig":"./, '"sig":"x'));
  });

  it.each([
    ['mirror', () => ['mirror', source, '--to', fresh(), '--root', root()]],
    ['verify', () => ['verify', source, '--root', root()]],
    ['releases', () => ['releases', source, '--root', root()]],
    [
      'online renew',
      () => ['online', 'renew', source, '--root', root(), '--online-keys', join(scratch, 'online.env')],
    ],
  ] as const)('stops none of them, and is named: %s', async (_, command) => {
    const args = command();
    const ended = await run(args, Date.now() + 2 * DAY_MS);
    expect(ended.code, ended.stdout).toBe(65);
    expect(shown(ended)).toMatchObject({ failed: [{ model: MODEL, reason: 'metadata-rejected' }] });
    const { mirrored, audits, models, done } = shown(ended);
    expect(mirrored ?? audits ?? models ?? done).toMatchObject([{ model: GOOD }]);
    if (mirrored === undefined) return;
    const index = await readFile(join(args[3] ?? '', 'v1/models/index.json'), 'utf8');
    expect(JSON.parse(index).models).toEqual([{ model: GOOD }]);
  });
});

describe('verify of nothing', () => {
  it('proves nothing, and says so', async () => {
    const empty = fresh();
    await mkdir(empty);
    const ended = await run(['verify', empty, '--root', root()]);
    expect(ended.code).toBe(66);
    expect(shown(ended)).toMatchObject({ reason: 'no-models' });
    expect(shown(ended).sentence).toContain('--model');
  });
});

describe('releases', () => {
  it('lists what is published, newest first, and to whom it is offered', async () => {
    // The second was published by a clock that is a little ahead: it is asked for when it has started.
    const listed = await run(['releases', newer, '--root', root()], Date.now() + DAY_MS);
    expect(shown(listed).models).toMatchObject([
      { model: MODEL, releases: [{ version: SECOND, offered: '100 %' }, { version: FIRST }] },
    ]);
  });
});

describe('a repository without a Worker', () => {
  const renew = (where: string, nowMs: number, online = join(scratch, 'online.env')) =>
    run(['online', 'renew', where, '--root', root(), '--online-keys', online], nowMs);

  it('is signed anew once a day, also after it expired', async () => {
    const where = fresh();
    const longAgo = Date.now() - 20 * DAY_MS;
    // Published, and then judged by the clock of today.
    expect(shown(await publish(FIRST, where, longAgo))).toMatchObject({ reason: 'metadata-rejected' });
    expect(shown(await verify(where))).toMatchObject({ reason: 'metadata-rejected' });
    expect(shown(await renew(where, longAgo + DAY_MS / 2)).models).toMatchObject([{ outcome: 'is-fresh' }]);
    expect(shown(await renew(where, Date.now())).models).toMatchObject([{ outcome: 'renewed' }]);
    expect(shown(await verify(where))).toMatchObject({ ok: true, releases: [FIRST] });
    expect(await publish(FIRST, where)).toMatchObject({ code: 0 });
  });

  it('is signed for with keys under a passphrase', async () => {
    const where = fresh();
    await cp(newer, where, { recursive: true });
    const later = Date.now() + 2 * DAY_MS;
    const sealed = join(scratch, 'online.key');
    const env = { CISTERN_PASSPHRASE: 'correct horse battery staple' };
    const args = ['online', 'seal', join(scratch, 'online.env'), '--out', sealed, '--json'];
    expect(await runCisternRepo(args, { env })).toMatchObject({ code: 0 });
    expect(shown(await runCisternRepo(args, { env }))).toMatchObject({ reason: 'keys-exist' });
    expect(shown(await renew(where, later, sealed))).toMatchObject({ reason: 'passphrase-needed' });
    const renewed = await runCisternRepo(
      ['online', 'renew', where, '--root', root(), '--online-keys', sealed, '--json'],
      { env, nowMs: later },
    );
    expect(shown(renewed).models).toMatchObject([{ outcome: 'renewed' }]);
  });

  it('takes targets over that expired, when they are renewed', async () => {
    const where = fresh();
    const longAgo = Date.now() - 400 * DAY_MS;
    await publish(FIRST, where, longAgo);
    const done = await run(['targets', 'renew', MODEL, '--to', where, ...keys()]);
    expect(shown(done), done.stdout).toMatchObject({ isVisible: true, targetsVersion: 2 });
    expect(shown(await verify(where))).toMatchObject({ ok: true, releases: [FIRST] });
  });

  it('is not signed for with other keys, nor where its files were tampered with', async () => {
    const where = fresh();
    await cp(newer, where, { recursive: true });
    const later = Date.now() + 2 * DAY_MS;
    const other = join(scratch, 'stranger.env');
    await run(['keys', 'init', '--dir', join(scratch, 'stranger'), '--no-passphrase', '--online', other]);
    expect(shown(await renew(where, later, other))).toMatchObject({ reason: 'publication-refused' });
    const snapshot =
      (await filesOf(where))
        .filter((path) => path.endsWith('.snapshot.json'))
        .sort()
        .at(-1) ?? '';
    await writeFile(snapshot, (await readFile(snapshot, 'utf8')).replace('"version":1', '"version":2'));
    expect(shown(await renew(where, later))).toMatchObject({ reason: 'metadata-rejected' });
  });
});

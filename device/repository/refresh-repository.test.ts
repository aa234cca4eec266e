import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ModelId } from '../../shared/model.ts';
import { generatePrivateKey, signerOf } from '../../shared/trust/keys.ts';
import { undiciHttp } from '../http/undici-http.ts';
import { aPackage, TEST_MODEL, TEST_VERSION } from '../stage/test-package.ts';
import { aDirectory } from '../stage/test-places.ts';
import { type RepositoryRefresh, refreshRepository } from './refresh-repository.ts';
import {
  anEntry,
  aRepository,
  honestAnswer,
  jsonBytes,
  type Keys,
  type RepositoryServer,
  serveRepository,
  signRoot,
  someKeys,
  type TestRepository,
} from './test-repository.ts';

const never = new AbortController().signal;
const http = undiciHttp({ userAgent: 'cistern-test' });
const pkg = aPackage();
const MANIFEST = `${TEST_VERSION}.json`;
const INDEX = `${TEST_VERSION}.caibx`;
const DAY_MS = 24 * 60 * 60 * 1000;

let keys: Keys;
let root: string;
let repository: TestRepository;
let server: RepositoryServer;
let stateDir: string;
let nowMs: () => number;

beforeAll(async () => {
  keys = await someKeys();
  root = await signRoot(keys);
});
beforeEach(async () => {
  repository = aRepository(keys);
  repository.documents[MANIFEST] = jsonBytes(pkg.manifest);
  repository.documents[INDEX] = pkg.indexBytes;
  server = await serveRepository(repository);
  stateDir = aDirectory();
  nowMs = () => Date.now();
});
afterEach(async () => {
  await server.close();
  rmSync(stateDir, { recursive: true });
});
afterAll(() => http.close());

function refresh(changes: Partial<RepositoryRefresh> = {}, signal = never) {
  const clock = { nowMs: () => nowMs(), sleep: () => Promise.resolve() };
  const { model } = repository;
  const refresh = { stateDir, model, pinnedRoot: root, repositoryUrl: server.url, http, clock };
  return refreshRepository({ ...refresh, ...changes }, signal);
}

async function expectView(changes: Partial<RepositoryRefresh> = {}) {
  const view = await refresh(changes);
  if (!view.ok) throw new Error(JSON.stringify(view.failure));
  return view.value;
}

const trustDirectory = () => join(stateDir, 'trust', TEST_MODEL);
const trusted = () => join(trustDirectory(), 'trusted.json');

describe('a poll', () => {
  it('brings the entry, the rollout, the releases and their indexes', async () => {
    const view = await expectView();
    expect(view.entry).toEqual(anEntry(TEST_MODEL));
    expect(view.rollout).toEqual({ format: 'cistern-rollout/1', model: TEST_MODEL, releases: [] });
    expect(view.releases).toEqual([pkg.manifest]);
    const index = await view.readIndex(pkg.manifest);
    expect(index.ok && index.value.index).toEqual(pkg.index);
    expect(index.ok && Buffer.compare(index.value.bytes, pkg.indexBytes)).toBe(0);
  });

  it('is one request when nothing changed, and writes nothing', async () => {
    await expectView();
    server.asked.length = 0;
    const before = readFileSync(trusted());
    const view = await expectView();
    expect(server.asked).toEqual([`/v1/models/${TEST_MODEL}/poll?root=1&timestamp=1`]);
    expect(view.releases).toEqual([pkg.manifest]);
    expect(readFileSync(trusted())).toEqual(before);
  });

  it('fetches what changed, and forgets what is no longer named', async () => {
    await expectView();
    delete repository.documents[MANIFEST];
    repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 1 };
    server.asked.length = 0;
    expect((await expectView()).releases).toEqual([]);
    expect(server.asked).toHaveLength(1);
    expect(readdirSync(join(trustDirectory(), 'targets'))).toHaveLength(2);
  });

  it('takes a new timestamp alone, for the rest that it has', async () => {
    await expectView();
    repository.version.timestamp = 2;
    const { timestamp } = await repository.signAll();
    server.answer = () => ({ timestamp });
    server.asked.length = 0;
    await expectView();
    await expectView();
    expect(server.asked.map((path) => path.replace(/.*\?/, ''))).toEqual([
      'root=1&timestamp=1',
      'root=1&timestamp=2',
    ]);
  });

  it('asks for everything when the answer and its own files do not make a whole', async () => {
    await expectView();
    repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    const signed = await repository.signAll();
    server.asked.length = 0;
    server.answer = (_root, timestamp) => (timestamp === 0 ? signed : { timestamp: signed.timestamp });
    await expectView();
    expect(server.asked.map((path) => path.replace(/.*\?/, ''))).toEqual([
      'root=1&timestamp=1',
      'root=1&timestamp=0',
    ]);
  });

  it('survives two refusals and a bad line', async () => {
    server.statuses.push(503, 500);
    await expectView();
  });

  it('follows the root when its keys change, and all that they sign', async () => {
    await expectView();
    const next = await someKeys();
    repository.laterRoots.push(await signRoot(next, 2, [...keys.root.slice(0, 2), ...next.root.slice(1)]));
    Object.assign(repository, { keys: next });
    repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    await expectView();
    server.asked.length = 0;
    await expectView();
    expect(server.asked).toEqual([`/v1/models/${TEST_MODEL}/poll?root=2&timestamp=2`]);
  });
});

describe('metadata that is not believed', () => {
  it.each(['timestamp', 'snapshot', 'targets', 'rollout'] as const)(
    'is signed by another key: %s',
    async (role) => {
      repository.signers[role] = await signerOf(await generatePrivateKey());
      expect(await refresh()).toEqual({
        ok: false,
        failure: { reason: 'signature-wrong', role, found: 0, wanted: 1 },
      });
    },
  );

  it.each(['timestamp', 'snapshot', 'targets', 'rollout'] as const)('has expired: %s', async (role) => {
    repository.expires[role] = '2026-01-02T03:04:05Z';
    expect(await refresh()).toEqual({
      ok: false,
      failure: { reason: 'metadata-expired', role, expiredAt: '2026-01-02T03:04:05Z' },
    });
  });

  it('has expired on the device, and the repository has nothing newer', async () => {
    await expectView();
    const expires = '2026-01-02T03:04:05Z';
    repository.expires.timestamp = expires;
    repository.version.timestamp = 2;
    expect(await refresh()).toMatchObject({ failure: { reason: 'metadata-expired', expiredAt: expires } });
  });

  it.each([
    ['timestamp', { targets: 5, snapshot: 5, timestamp: 4, rollout: 5 }],
    ['snapshot', { targets: 5, snapshot: 4, timestamp: 6, rollout: 5 }],
    ['targets', { targets: 4, snapshot: 6, timestamp: 6, rollout: 5 }],
    ['rollout', { targets: 5, snapshot: 6, timestamp: 6, rollout: 4 }],
  ])('is older than what was seen: %s', async (role, versions) => {
    repository.version = { targets: 5, snapshot: 5, timestamp: 5, rollout: 5 };
    await expectView();
    repository.version = versions;
    expect(await refresh()).toMatchObject({ failure: { reason: 'metadata-rolled-back', role } });
  });

  it('belongs to another model, and the honest repository is still believed afterwards', async () => {
    const other = aRepository(keys, 'quectel/ec25efa-m4g' as ModelId);
    other.version = { targets: 9, snapshot: 9, timestamp: 9, rollout: 9 };
    server.answer = () => other.signAll();
    expect(await refresh()).toEqual({
      ok: false,
      failure: {
        reason: 'metadata-of-another-model',
        role: 'timestamp',
        wanted: TEST_MODEL,
        found: 'quectel/ec25efa-m4g',
      },
    });
    server.answer = (rootVersion, timestamp) => honestAnswer(repository, rootVersion, timestamp);
    await expectView();
  });

  it.each(['snapshot', 'targets', 'rollout'] as const)('is another model’s %s', async (role) => {
    const other = await aRepository(keys, 'quectel/ec25efa-m4g' as ModelId).signAll();
    const ours = await repository.signAll();
    server.answer = () => ({ ...ours, [role]: other[role] });
    expect(await refresh()).toMatchObject({ failure: { reason: 'metadata-of-another-model', role } });
  });

  it('is bound to no model', async () => {
    repository.boundTo = null;
    expect(await refresh()).toMatchObject({
      failure: { reason: 'metadata-of-another-model', found: 'none' },
    });
  });

  it('does not belong together', async () => {
    const old = await repository.signAll();
    repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    const { timestamp } = await repository.signAll();
    server.answer = () => ({ ...old, timestamp });
    expect(await refresh()).toMatchObject({ failure: { reason: 'metadata-mixed' } });
  });

  it.each([
    ['not JSON', 'nonsense'],
    ['not metadata', '{"signed":{"x-model":"quectel/ec25euga-m4g"}}'],
  ])('is %s', async (_name, timestamp) => {
    const signed = await repository.signAll();
    server.answer = () => ({ ...signed, timestamp });
    expect(await refresh()).toMatchObject({ failure: { reason: 'metadata-unreadable', role: 'timestamp' } });
  });

  it('is not all there', async () => {
    const { targets: _, ...rest } = await repository.signAll();
    server.answer = () => rest;
    expect(await refresh()).toEqual({
      ok: false,
      failure: { reason: 'metadata-incomplete', file: '1.targets.json' },
    });
  });

  it.each([
    ['by nobody of the old root', async (next: Keys) => signRoot(next, 2)],
    ['by nobody of the new root', async (next: Keys) => signRoot(next, 2, keys.root.slice(0, 2))],
    ['by one of two', async (next: Keys) => signRoot(next, 2, [...keys.root.slice(0, 1), ...next.root])],
  ])('is a new root that is signed %s', async (_name, sign) => {
    repository.laterRoots.push(await sign(await someKeys()));
    expect(await refresh()).toMatchObject({ failure: { reason: 'signature-wrong', role: 'root' } });
  });

  it('leaves what was believed before as it was', async () => {
    await expectView();
    const before = readFileSync(trusted());
    repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    repository.signers.rollout = await signerOf(await generatePrivateKey());
    expect(await refresh()).toMatchObject({ ok: false });
    expect(readFileSync(trusted())).toEqual(before);
  });
});

describe('targets that are not believed', () => {
  it.each([
    ['an unknown field', { ...pkg.manifest, force: true }, ''],
    [
      'an unknown field deep inside',
      { ...pkg.manifest, flash: { ...pkg.manifest.flash, erase: 'all' } },
      'flash',
    ],
    [
      'a wrong hash',
      { ...pkg.manifest, files: [{ ...pkg.manifest.files[0], sha256: 'AB' }] },
      'files.0.sha256',
    ],
    [
      'another version than its name',
      { ...pkg.manifest, version: 'EC25EUGAR08A04M4G_01.200.01.200' },
      'version',
    ],
  ])('a manifest with %s', async (_name, manifest, path) => {
    repository.documents[MANIFEST] = jsonBytes(manifest);
    expect(await refresh()).toMatchObject({
      failure: { reason: 'manifest-invalid', target: `${TEST_MODEL}/${MANIFEST}`, path },
    });
  });

  it.each([
    ['release', MANIFEST, { ...pkg.manifest, model: 'quectel/ec25efa-m4g' }],
    ['entry', 'model.json', { ...anEntry(TEST_MODEL), model: 'quectel/ec25efa-m4g' }],
  ])('another model’s %s', async (_name, name, document) => {
    repository.documents[name] = jsonBytes(document);
    expect(await refresh()).toMatchObject({
      failure: { reason: 'manifest-of-another-model', found: 'quectel/ec25efa-m4g' },
    });
  });

  it('an entry that is not listed', async () => {
    delete repository.documents['model.json'];
    expect(await refresh()).toMatchObject({
      failure: { reason: 'target-missing', path: `${TEST_MODEL}/model.json` },
    });
  });

  it('bytes that are not those that were signed, or none', async () => {
    const right = repository.documents['model.json'] ?? new Uint8Array();
    server.instead.set('model.json', right.with(5, (right[5] ?? 0) ^ 1));
    expect(await refresh()).toMatchObject({ failure: { reason: 'target-hash-wrong' } });
    server.instead.set('model.json', null);
    expect(await refresh()).toMatchObject({ failure: { reason: 'target-missing' } });
  });

  it.each(['../../../etc/x.json', 'below/x.json', 'a b.json', `${'x'.repeat(200)}.json`])(
    'a name that is not plain: %s',
    async (name) => {
      repository.documents[name] = jsonBytes(pkg.manifest);
      expect(await refresh()).toMatchObject({ failure: { reason: 'target-entry-wrong' } });
    },
  );

  it('a document larger than any may be, unread', async () => {
    repository.documents[MANIFEST] = new Uint8Array(256 * 1024 + 1);
    expect(await refresh()).toMatchObject({
      failure: { reason: 'target-too-large', lengthBytes: 256 * 1024 + 1, maxBytes: 256 * 1024 },
    });
  });

  it('an index that is truncated, or not the manifest’s', async () => {
    repository.documents[INDEX] = pkg.indexBytes.subarray(0, -10);
    expect(await (await expectView()).readIndex(pkg.manifest)).toMatchObject({
      failure: { reason: 'index-invalid', why: 'truncated' },
    });
    repository.documents[INDEX] = aPackage({ fileSizes: { 'update/other.bin': 9 } }).indexBytes;
    repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    expect(await (await expectView()).readIndex(pkg.manifest)).toMatchObject({
      failure: { reason: 'index-invalid', why: 'contradicts-manifest' },
    });
  });

  it('a cached document that changed on the disk: it is fetched again', async () => {
    await expectView();
    const cache = join(trustDirectory(), 'targets');
    for (const name of readdirSync(cache)) writeFileSync(join(cache, name), 'x');
    server.asked.length = 0;
    expect((await expectView()).releases).toEqual([pkg.manifest]);
    expect(server.asked).toHaveLength(4);
  });
});

describe('files that a power cut left', () => {
  it.each([
    ['torn', (path: string) => truncateSync(path, 1000)],
    ['empty', (path: string) => truncateSync(path, 0)],
    [
      'garbled',
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('version', 'vorsion')),
    ],
  ])('%s: the device begins again at its pinned root', async (_name, damage) => {
    await expectView();
    damage(trusted());
    server.asked.length = 0;
    await expectView();
    expect(server.asked[0]).toContain('poll?root=1&timestamp=0');
    server.asked.length = 0;
    await expectView();
    expect(server.asked).toEqual([`/v1/models/${TEST_MODEL}/poll?root=1&timestamp=1`]);
  });

  it('half-written beside: it is ignored', async () => {
    mkdirSync(trustDirectory(), { recursive: true });
    writeFileSync(join(trustDirectory(), '.trusted.json.new'), 'half');
    await expectView();
  });

  it('in the way: says which directory cannot be used', async () => {
    writeFileSync(join(stateDir, 'trust'), 'a file');
    expect(await refresh()).toMatchObject({ failure: { reason: 'state-unusable', code: 'ENOTDIR' } });
  });
});

describe('a clock that cannot be right', () => {
  it('is before this code was written: nobody is asked', async () => {
    nowMs = () => 1000;
    expect(await refresh()).toMatchObject({
      failure: { reason: 'clock-in-the-past', nowMs: 1000, because: 'build' },
    });
    expect(server.asked).toEqual([]);
  });

  it('is before what was signed, now or in an earlier poll', async () => {
    const signedSeconds = Math.floor(Date.now() / 1000) - 60;
    repository.version = { targets: 1, snapshot: 1, timestamp: signedSeconds, rollout: 1 };
    nowMs = () => Date.now() - DAY_MS;
    const failure = {
      reason: 'clock-in-the-past',
      because: 'signature',
      notBeforeMs: signedSeconds * 1000,
    };
    expect(await refresh()).toMatchObject({ failure });
    server.asked.length = 0;
    expect(await refresh()).toMatchObject({ failure });
    expect(server.asked).toEqual([]);
    nowMs = () => Date.now();
    await expectView();
  });
});

describe('a repository that does not help', () => {
  it('does not know the model', async () => {
    server.answer = () => null;
    expect(await refresh()).toMatchObject({ failure: { reason: 'unknown-model', model: TEST_MODEL } });
  });

  it('refuses, in its own words', async () => {
    server.statuses.push(403);
    expect(await refresh()).toMatchObject({
      failure: { reason: 'repository-refused', status: 403, title: 'Not today', detail: 'try tomorrow' },
    });
    expect(server.asked).toHaveLength(1);
  });

  it('answers with a member nobody knows', async () => {
    server.answer = () => ({ extra: 1 });
    expect(await refresh()).toMatchObject({ failure: { reason: 'answer-unreadable' } });
  });

  it('is not there', async () => {
    expect(await refresh({ repositoryUrl: 'http://127.0.0.1:1' })).toMatchObject({
      failure: { reason: 'repository-unreachable', code: 'ECONNREFUSED' },
    });
  });

  it('is not asked in plain text on another machine', async () => {
    expect(await refresh({ repositoryUrl: 'http://192.0.2.1' })).toMatchObject({
      failure: { reason: 'address-refused' },
    });
  });

  it('is not waited for after an abort', async () => {
    expect(await refresh({}, AbortSignal.abort())).toEqual({ ok: false, failure: { reason: 'aborted' } });
  });
});

describe('the pinned root', () => {
  it.each([
    ['not JSON', async () => 'nonsense'],
    ['signed by one of two', async () => signRoot(keys, 1, keys.root.slice(0, 1))],
    ['torn', async () => root.slice(0, 500)],
  ])('is refused when it is %s', async (_name, make) => {
    expect(await refresh({ pinnedRoot: await make() })).toMatchObject({
      failure: { reason: 'pinned-root-wrong' },
    });
  });

  it('may change altogether: what another root vouched for counts for nothing', async () => {
    await expectView();
    const other = await someKeys();
    const pinnedRoot = await signRoot(other);
    expect(await refresh({ pinnedRoot })).toMatchObject({ failure: { reason: 'signature-wrong' } });
    Object.assign(repository, { keys: other });
    await expectView({ pinnedRoot });
  });
});

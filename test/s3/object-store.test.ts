/** What every object store promises, held against a directory and against a real S3 server. */
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirectoryStore } from '../../manifests/store/directory-store.ts';
import { listAll, type ObjectStore } from '../../manifests/store/object-store.ts';
import { openS3Store } from '../../manifests/store/s3-store.ts';
import { utf8 } from '../../shared/bytes.ts';
import { sharedSwift } from './shared-swift.ts';

const server = sharedSwift();
const isSkipped = server === null;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'store-'));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

let count = 0;
async function openBucket(prefix: string): Promise<ObjectStore> {
  if (server === null) throw new Error('no server');
  const { endpoint, credentials, region, makeBucket } = server;
  const bucket = `bucket-${++count}`;
  await makeBucket(bucket);
  return openS3Store({ bucket, prefix, endpoint, credentials, region }, new AbortController().signal);
}
const openDirectory = async () => openDirectoryStore(join(scratch, `directory-${++count}`));

const text = (stored: Awaited<ReturnType<ObjectStore['get']>>) =>
  stored.ok && stored.value !== null ? new TextDecoder().decode(stored.value.bytes) : stored;

describe.each([
  ['a directory', openDirectory, false],
  ['a bucket', () => openBucket(''), isSkipped],
  ['a prefix of a bucket', () => openBucket('firmware/v1'), isSkipped],
] as const)('%s', (_, open, isOff) => {
  const check = it.skipIf(isOff);

  check('creates what is not there, and leaves alone what is', async () => {
    const store = await open();
    expect(await store.has('a/b.json')).toEqual({ ok: true, value: false });
    expect(await store.create('a/b.json', utf8('one'))).toEqual({ ok: true, value: 'stored' });
    expect(await store.create('a/b.json', utf8('two'))).toEqual({ ok: true, value: 'was-there' });
    expect(await store.has('a/b.json')).toEqual({ ok: true, value: true });
    expect(text(await store.get('a/b.json', 100))).toBe('one');
  });

  check('replaces exactly what was read', async () => {
    const store = await open();
    expect(await store.replace('timestamp.json', utf8('one'), null)).toEqual({ ok: true, value: 'stored' });
    expect(await store.replace('timestamp.json', utf8('two'), null)).toEqual({ ok: true, value: 'taken' });
    const read = await store.get('timestamp.json', 100);
    const tag = read.ok ? (read.value?.tag ?? '') : '';
    expect(await store.replace('timestamp.json', utf8('three'), tag)).toEqual({ ok: true, value: 'stored' });
    expect(await store.replace('timestamp.json', utf8('four'), tag)).toEqual({ ok: true, value: 'taken' });
    expect(text(await store.get('timestamp.json', 100))).toBe('three');
  });

  check('answers null for what is not there, and no more than it was asked for', async () => {
    const store = await open();
    expect(await store.get('gone', 100)).toEqual({ ok: true, value: null });
    await store.create('large', new Uint8Array(101));
    expect(await store.get('large', 100)).toMatchObject({
      ok: false,
      failure: { reason: 'object-too-large' },
    });
    expect(await store.get('large', 101)).toMatchObject({ ok: true });
  });

  check('lists what lies below a prefix, with sizes and times', async () => {
    const store = await open();
    const keys = ['chunks/0000/a.cacnk', 'chunks/0001/b.cacnk', 'models/x.json'];
    for (const key of keys) await store.create(key, utf8(key));
    const listed = await listAll(store, 'chunks/');
    if (!listed.ok) throw new Error(listed.failure.reason);
    expect(listed.value.map(({ key, sizeBytes }) => [key, sizeBytes]).sort()).toEqual([
      ['chunks/0000/a.cacnk', 19],
      ['chunks/0001/b.cacnk', 19],
    ]);
    for (const { modifiedMs } of listed.value) expect(Math.abs(modifiedMs - Date.now())).toBeLessThan(60_000);
    expect((await listAll(store, 'nothing/')).ok).toBe(true);
  });

  check('removes, also what is gone', async () => {
    const store = await open();
    await store.create('x', utf8('x'));
    expect(await store.remove('x')).toEqual({ ok: true, value: undefined });
    expect((await store.remove('x')).ok).toBe(true);
    expect(await store.has('x')).toEqual({ ok: true, value: false });
  });

  check('lets one of many creators win', async () => {
    const store = await open();
    const puts = await Promise.all(Array.from({ length: 5 }, (_, i) => store.create('raced', utf8(`${i}`))));
    const stored = puts.filter((put) => put.ok && put.value === 'stored').length;
    // A store that knows no conditions may let several through, and then they stored the same key.
    expect(stored).toBeGreaterThan(0);
    if (store.name.startsWith('/')) expect(stored).toBe(1);
  });
});

describe('a directory', () => {
  it('lists no links and nothing that is on its way to its name', async () => {
    const directory = join(scratch, 'links');
    const store = openDirectoryStore(directory);
    await store.create('chunks/a', utf8('a'));
    await symlink('/etc', join(directory, 'chunks/etc'));
    await writeFile(join(directory, 'chunks/b.0123.part'), 'half');
    const listed = await listAll(store, 'chunks/');
    expect(listed.ok && listed.value.map(({ key }) => key)).toEqual(['chunks/a']);
  });

  it('says so where it cannot write', async () => {
    await writeFile(join(scratch, 'file'), '');
    const store = openDirectoryStore(join(scratch, 'file'));
    expect(await store.create('x', utf8('x'))).toMatchObject({
      ok: false,
      failure: { reason: 'store-refused' },
    });
  });
});

describe.skipIf(isSkipped)('a bucket', () => {
  it('says so when the server refuses or is not there', async () => {
    const wrong = {
      bucket: 'started',
      prefix: '',
      endpoint: server?.endpoint ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'test:tester', secretAccessKey: 'wrong' },
    };
    const refused = await openS3Store(wrong, new AbortController().signal);
    expect(await refused.create('x', utf8('x'))).toMatchObject({
      ok: false,
      failure: { reason: 'store-refused' },
    });
    const nobody = await openS3Store(
      { ...wrong, endpoint: 'http://127.0.0.1:1' },
      new AbortController().signal,
    );
    expect(await nobody.create('x', utf8('x'))).toMatchObject({
      ok: false,
      failure: { reason: 'store-unreachable' },
    });
  });
});

/** Garbage of abandoned publications goes; nothing that is needed does, also while somebody publishes. */
import { cp, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelArgument } from '../../manifests/commands/parsers.ts';
import { collectGarbage } from '../../manifests/gc/collect-garbage.ts';
import { readOnlineSigners } from '../../manifests/keys/read-online-keys.ts';
import { readRoots } from '../../manifests/keys/roots.ts';
import { mirrorModel } from '../../manifests/mirror/mirror-model.ts';
import { acceptTargets } from '../../manifests/online/accept-targets.ts';
import { openDirectoryStore } from '../../manifests/store/directory-store.ts';
import type { ObjectStore } from '../../manifests/store/object-store.ts';
import { getFromStore, STORE_BASE } from '../../manifests/store/store-get.ts';
import { ok } from '../../shared/result.ts';
import { must } from '../support/local-release.ts';
import { writeDemoPackage } from './demo-package.ts';
import { shown } from './publishing.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

const MODEL = 'quectel/ec25euga-m4g';
const FIRST = 'EC25EUGAR06A05M4G_01.003.01.003';
const SECOND = 'EC25EUGAR08A03M4G_01.200.01.200';
const DAY_MS = 24 * 60 * 60 * 1000;

let scratch: string;
let count = 0;
const run = (args: readonly string[]) => runCisternRepo([...args, '--json']);
const publish = (version: string, to: string) =>
  run([
    ...['publish', join(scratch, version), '--model', MODEL, '--version', version, '--to', to],
    ...['--keys', join(scratch, 'keys'), '--online-keys', join(scratch, 'online.env')],
  ]);
const verify = (where: string) =>
  run(['verify', where, '--root', join(scratch, 'keys/1.root.json'), '--model', MODEL]);

/** One published release, and the chunks of another of which nothing else is there; all of it a year old. */
let littered: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'gc-'));
  const init = ['keys', 'init', '--dir', join(scratch, 'keys'), '--no-passphrase'];
  expect(await run([...init, '--online', join(scratch, 'online.env')])).toMatchObject({ code: 0 });
  for (const version of [FIRST, SECOND])
    await writeDemoPackage(join(scratch, version), { version, sizeBytes: 2_000_000 });
  littered = join(scratch, 'littered');
  expect(await publish(FIRST, littered)).toMatchObject({ code: 0 });
  const abandoned = join(scratch, 'abandoned');
  expect(await publish(SECOND, abandoned)).toMatchObject({ code: 0 });
  await cp(join(abandoned, 'v1/chunks'), join(littered, 'v1/chunks'), { recursive: true, force: false });
  await makeOld(littered);
}, 60_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function makeOld(directory: string, days = 365): Promise<void> {
  const then = new Date(Date.now() - days * DAY_MS);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), then, then);
  }
}

async function copyOfLittered(): Promise<string> {
  const directory = join(scratch, `copy-${++count}`);
  await cp(littered, directory, { recursive: true, preserveTimestamps: true });
  return directory;
}

const gc = (where: string, ...more: string[]) => run(['gc', where, ...more]);

describe('gc', () => {
  it('counts, and removes nothing unless it is told to', async () => {
    const where = await copyOfLittered();
    const before = await readdir(where, { recursive: true });
    const counted = shown(await gc(where));
    expect(counted.garbageCount).toBeGreaterThan(0);
    expect(counted.chunkCount).toBe(counted.referencedCount + counted.garbageCount);
    expect(await readdir(where, { recursive: true })).toEqual(before);
  });

  it('removes what no release needs, and leaves the release whole', async () => {
    const where = await copyOfLittered();
    const { garbageCount } = shown(await gc(where, '--delete'));
    expect(await verify(where)).toMatchObject({ code: 0 });
    expect(shown(await gc(where))).toMatchObject({ garbageCount: 0 });
    expect(shown(await gc(where, '--delete'))).toMatchObject({ garbageCount: 0, purgedCount: 0 });
    await makeOld(join(where, 'v1/trash'));
    expect(shown(await gc(where, '--delete'))).toMatchObject({ purgedCount: garbageCount });
    expect(await verify(where)).toMatchObject({ code: 0 });
  });

  it('leaves alone what is younger than the bound', async () => {
    const where = await copyOfLittered();
    await makeOld(join(where, 'v1/chunks'), 10);
    expect(shown(await gc(where))).toMatchObject({ garbageCount: 0 });
    expect(shown(await gc(where, '--older-than', '9')).garbageCount).toBeGreaterThan(0);
  });

  it('removes nothing where something is not readable', async () => {
    const where = await copyOfLittered();
    const files = await readdir(where, { recursive: true });
    for (const name of files.filter((file) => file.endsWith('.snapshot.json'))) await rm(join(where, name));
    const refused = await gc(where, '--delete');
    expect(shown(refused)).toMatchObject({ reason: 'store-unreadable' });
    expect(shown(refused).sentence).toContain('Nothing was removed');
    expect(await readdir(join(where, 'v1'))).not.toContain('trash');
  });

  it.each(['0', '-1', 'x', ''])('takes no bound of "%s" days', async (days) => {
    expect((await gc(littered, '--older-than', days)).code).toBe(64);
  });
});

describe('metadata that renewals replaced', () => {
  const metadataOf = (where: string) => readdir(join(where, 'v1/models', MODEL, 'metadata'));
  const rolesOf = async (where: string) =>
    (await metadataOf(where))
      .map((name) => name.replace(/^\d+\./, ''))
      .filter((role) => role !== 'root.json')
      .sort();
  const renewed = async (where: string, days: number) => {
    const renew = ['online', 'renew', where, '--root', join(scratch, 'keys/1.root.json'), '--json'];
    const nowMs = Date.now() + days * DAY_MS;
    return shown(await runCisternRepo([...renew, '--online-keys', join(scratch, 'online.env')], { nowMs }));
  };

  it('is written only of what is due: the timestamp daily, the others in the second half of their life', async () => {
    const where = await copyOfLittered();
    const before = await rolesOf(where);
    for (const day of [2, 4, 6])
      expect(await renewed(where, day)).toMatchObject({ models: [{ outcome: 'renewed' }] });
    expect(await rolesOf(where)).toEqual(before);
    await renewed(where, 8);
    expect(await rolesOf(where)).toEqual([...before, 'rollout.json', 'snapshot.json'].sort());
  });

  it('goes once no timestamp that names it can be valid, and nothing else does', async () => {
    const where = await copyOfLittered();
    const before = await rolesOf(where);
    await renewed(where, 8);
    await makeOld(join(where, 'v1/models', MODEL, 'metadata'), 13);
    const collected = async (days: number, ...more: string[]) => {
      const nowMs = Date.now() + days * DAY_MS;
      return shown(await runCisternRepo(['gc', where, '--older-than', '1', '--json', ...more], { nowMs }));
    };
    expect(await collected(0)).toMatchObject({ supersededCount: 0 });
    expect(await collected(2)).toMatchObject({ supersededCount: 4 });
    expect(await collected(2, '--delete')).toMatchObject({ supersededCount: 4 });
    expect(await rolesOf(where)).toEqual([...new Set(before)]);
    expect(await collected(2)).toMatchObject({ supersededCount: 0 });
    expect(await renewed(where, 16)).toMatchObject({ models: [{ outcome: 'renewed' }] });
  });
});

describe('publishing again', () => {
  it('brings back a chunk that was lost since', async () => {
    const where = join(scratch, `copy-${++count}`);
    expect(await publish(FIRST, where)).toMatchObject({ code: 0 });
    const files = await readdir(join(where, 'v1/chunks'), { recursive: true });
    await rm(join(where, 'v1/chunks', files.find((name) => name.endsWith('.cacnk')) ?? ''));
    expect(await verify(where)).toMatchObject({ code: 65 });
    const again = shown(await publish(FIRST, where));
    expect(again).toMatchObject({ release: 'was-published', upload: { uploadedChunks: 1 } });
    expect(await verify(where)).toMatchObject({ code: 0 });
  });
});

describe('gc while somebody publishes what it is about to remove', () => {
  /** Runs `work` once, before the store's n-th call of the given kind. */
  function interleaved(store: ObjectStore, call: 'list' | 'remove', n: number, work: () => Promise<void>) {
    let calls = 0;
    const interrupt = async () => {
      if (++calls === n) await work();
    };
    return {
      ...store,
      async *list(prefix: string) {
        if (call === 'list') await interrupt();
        yield* store.list(prefix);
      },
      async remove(key: string) {
        if (call === 'remove') await interrupt();
        return store.remove(key);
      },
    } satisfies ObjectStore;
  }

  // Listings: chunks, models, models again, trash.
  it.each([
    ['before it looks what is needed', 'list', 2],
    ['when it begins to remove', 'remove', 1],
    ['while it removes', 'remove', 3],
    ['before it looks again', 'list', 3],
    ['before it empties the trash', 'list', 4],
  ] as const)('%s, the release is whole in the end', async (_, call, n) => {
    const where = await copyOfLittered();
    const store = openDirectoryStore(join(where, 'v1'));
    let published: Awaited<ReturnType<typeof publish>> | null = null;
    const meanwhile = interleaved(store, call, n, async () => {
      published = await publish(SECOND, where);
    });
    const bound = { olderThanMs: 30 * DAY_MS, nowMs: Date.now };
    const collected = must(await collectGarbage(meanwhile, bound, { isDryRun: false }));
    expect(collected.garbageCount + collected.referencedCount).toBeGreaterThan(0);
    expect(published).toMatchObject({ code: 0 });
    expect(shown(await verify(where))).toMatchObject({ ok: true, releases: [FIRST, SECOND] });
  });

  const bound = { olderThanMs: 30 * DAY_MS, nowMs: Date.now };

  /** Everything of a publication that was given up a year ago, but its metadata. */
  async function abandonedBeforeMetadata(): Promise<string> {
    const where = join(scratch, `copy-${++count}`);
    await cp(join(scratch, 'abandoned'), where, { recursive: true });
    await rm(join(where, 'v1/models', MODEL, 'metadata'), { recursive: true });
    await makeOld(where);
    return where;
  }

  /** The store there, which gc meets just before the first object of that name is created; and how much that took. */
  function collectedBefore(where: string, name: string) {
    const store = openDirectoryStore(join(where, 'v1'));
    const garbage = { count: 0 };
    const interrupted: ObjectStore = {
      ...store,
      async create(key, bytes) {
        if (garbage.count === 0 && key.endsWith(name))
          garbage.count = must(await collectGarbage(store, bound, { isDryRun: false })).garbageCount;
        return store.create(key, bytes);
      },
    };
    return { interrupted, garbage };
  }

  it('taken up again, it is refused where gc took its chunks just before its metadata, and then healed', async () => {
    const where = await abandonedBeforeMetadata();
    const { interrupted, garbage } = collectedBefore(where, '.targets.json');
    const signers = must(await readOnlineSigners(join(scratch, 'online.env'), async () => ok(null)));
    const roots = must(await readRoots(join(scratch, 'keys')));
    const metadata = join(scratch, 'abandoned/v1/models', MODEL, 'metadata/1.targets.json');
    const repository = { store: interrupted, signers, roots, nowMs: Date.now };
    const text = await readFile(metadata, 'utf8');
    const refused = await acceptTargets(repository, modelArgument(MODEL), 1, text);
    expect(garbage.count).toBeGreaterThan(0);
    expect(refused).toMatchObject({ ok: false, failure: { code: 'chunk-missing' } });
    expect(await publish(SECOND, where)).toMatchObject({ code: 0 });
    expect(shown(await verify(where))).toMatchObject({ ok: true, releases: [SECOND] });
  });

  it('as a mirror does, the copy is whole though gc ran before its metadata was shown', async () => {
    const where = await abandonedBeforeMetadata();
    const { interrupted, garbage } = collectedBefore(where, '1.root.json');
    const source = openDirectoryStore(join(scratch, 'abandoned/v1'));
    const rootText = await readFile(join(scratch, 'keys/1.root.json'), 'utf8');
    const origin = { base: STORE_BASE, model: modelArgument(MODEL), rootText };
    must(await mirrorModel(origin, getFromStore(source), interrupted, null, () => {}));
    expect(garbage.count).toBeGreaterThan(0);
    expect(shown(await verify(where))).toMatchObject({ ok: true });
  });

  it('brings back what a run that died had thrown away', async () => {
    const where = await copyOfLittered();
    const store = openDirectoryStore(join(where, 'v1'));
    const dying = interleaved(store, 'list', 3, async () => {
      await publish(SECOND, join(scratch, 'unrelated'));
      throw new Error('killed');
    });
    const bound = { olderThanMs: 30 * DAY_MS, nowMs: Date.now };
    await expect(collectGarbage(dying, bound, { isDryRun: false })).rejects.toThrow('killed');
    // Its chunks are needed again, and lie in the trash.
    await cp(join(scratch, 'unrelated/v1/models'), join(where, 'v1/models'), { recursive: true });
    const healed = shown(await gc(where, '--delete'));
    expect(healed.restoredCount).toBeGreaterThan(0);
    expect(shown(await verify(where))).toMatchObject({ ok: true });
  });
});

/**
 * A publication into a store that dies right after every single write, and is run again. What a device sees in between
 * is the former state or the new one, whole; what is run again ends well.
 */
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findModel } from '../../manifests/catalogue/find-model.ts';
import { readRolloutKey } from '../../manifests/keys/key-directory.ts';
import { openKeyFile } from '../../manifests/keys/key-file.ts';
import { readOnlineSigners } from '../../manifests/keys/read-online-keys.ts';
import { readRoots } from '../../manifests/keys/roots.ts';
import { renewOnline } from '../../manifests/online/renew-online.ts';
import { storeOperator } from '../../manifests/online/store-operator.ts';
import { openPackage } from '../../manifests/package/open-package.ts';
import { publishRelease } from '../../manifests/publish/publish-release.ts';
import { uploadRoots } from '../../manifests/publish/upload-roots.ts';
import { openDirectoryStore } from '../../manifests/store/directory-store.ts';
import type { ObjectStore } from '../../manifests/store/object-store.ts';
import { getFromStore, STORE_BASE } from '../../manifests/store/store-get.ts';
import { auditModel } from '../../manifests/verify/audit-model.ts';
import { modelRootKey, rootKey } from '../../shared/bucket-keys.ts';
import { parseFirmwareVersion } from '../../shared/firmware-version.ts';
import type { ModelId } from '../../shared/model.ts';
import { ok } from '../../shared/result.ts';
import { signerOf } from '../../shared/trust/keys.ts';
import { must } from '../support/local-release.ts';
import { writeDemoPackage } from './demo-package.ts';
import { runCisternRepo } from './run-cistern-repo.ts';

const MODEL = 'quectel/ec25euga-m4g' as ModelId;
const FORMER = 'EC25EUGAR06A05M4G_01.003.01.003';
const NEXT = 'EC25EUGAR08A03M4G_01.200.01.200';
const SIZE_BYTES = 300_000;

class Killed extends Error {}

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cut-'));
  const made = await runCisternRepo([
    ...['keys', 'init', '--dir', join(scratch, 'keys'), '--no-passphrase'],
    ...['--online', join(scratch, 'online.env')],
  ]);
  expect(made.code, made.stderr).toBe(0);
  for (const version of [FORMER, NEXT])
    await writeDemoPackage(join(scratch, version), { version, sizeBytes: SIZE_BYTES });
}, 60_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Every publication has a second of its own, as every run has: what it signs anew is not what it signed before. */
let nowMs = Date.now();

async function publish(store: ObjectStore, version: string) {
  nowMs += 1000;
  const keys = join(scratch, 'keys');
  const roots = must(await readRoots(keys));
  const signers = must(await readOnlineSigners(join(scratch, 'online.env'), async () => ok(null)));
  const operator = storeOperator({ store, signers, roots, nowMs: () => nowMs });
  const source = must(await openPackage(join(scratch, version)));
  try {
    return await publishRelease(
      {
        source,
        entry: must(await findModel(MODEL)),
        version: must(parseFirmwareVersion(version)),
        statement: {
          from: [],
          fromSource: '',
          notes: '',
          fixes: [],
          knownIssues: [],
          releasedOn: '2026-11-23',
        },
        offer: { percentage: 100, channel: 'stable', startsAt: null },
        roots,
        base: STORE_BASE,
        keys: {
          targets: [await signerOf(must(await openKeyFile(join(keys, 'targets.key'), async () => null)))],
          rollout: must(await readRolloutKey(keys)),
        },
      },
      {
        get: getFromStore(store),
        operator,
        nowMs: () => nowMs,
        onProgress: () => {},
        askForSignatures: null,
      },
      new AbortController().signal,
    );
  } finally {
    await source.close();
  }
}

async function audit(store: ObjectStore) {
  const rootText = await readFile(join(scratch, 'keys/1.root.json'), 'utf8');
  const repository = { base: STORE_BASE, model: MODEL, rootText };
  const audited = await auditModel(repository, getFromStore(store), () => {});
  if (!audited.ok) return audited.failure.reason;
  expect(audited.value.defects).toEqual([]);
  return audited.value.releases;
}

/** The store as a process has it that dies right after its n-th write. */
function dyingAfter(store: ObjectStore, write: number): ObjectStore {
  let writes = 0;
  const dying =
    <Arguments extends unknown[], T>(work: (...args: Arguments) => Promise<T>) =>
    async (...args: Arguments): Promise<T> => {
      const mine = ++writes;
      if (mine > write) throw new Killed();
      const done = await work(...args);
      if (mine === write) throw new Killed();
      return done;
    };
  return { ...store, create: dying(store.create), replace: dying(store.replace) };
}

async function countWrites(
  store: ObjectStore,
  run: (counted: ObjectStore) => Promise<{ readonly ok: boolean }>,
): Promise<number> {
  let writes = 0;
  const counting =
    <Arguments extends unknown[], T>(work: (...args: Arguments) => T) =>
    (...args: Arguments): T => {
      writes++;
      return work(...args);
    };
  const counted = { ...store, create: counting(store.create), replace: counting(store.replace) };
  expect(await run(counted)).toMatchObject({ ok: true });
  return writes;
}

describe('a publication that dies after a write', () => {
  it.each([
    ['the first release of a model', null],
    ['a second release', FORMER],
  ])(
    'of %s is never half visible, and goes on when it is run again',
    async (_, former) => {
      const begun = join(scratch, `begun-${former}`);
      await mkdir(begun);
      if (former !== null) must(await publish(openDirectoryStore(begun), former));
      const open = async (name: string) => {
        await cp(begun, join(scratch, name), { recursive: true });
        return openDirectoryStore(join(scratch, name));
      };
      const writes = await countWrites(await open(`dry-${former}`), (store) => publish(store, NEXT));
      expect(writes).toBeGreaterThan(8);
      const seen = new Set<string>();
      for (let write = 1; write <= writes; write++) {
        const store = await open(`${former}-${write}`);
        await expect(publish(dyingAfter(store, write), NEXT)).rejects.toThrow(Killed);
        seen.add(String(await audit(store)));
        const again = await publish(store, NEXT);
        expect(again, `run again after write ${write}`).toMatchObject({ ok: true });
        expect(await audit(store)).toContain(NEXT);
      }
      const before = former ?? 'model-not-published';
      expect([...seen].sort()).toEqual([before, former === null ? NEXT : `${former},${NEXT}`].sort());
    },
    120_000,
  );
});

describe('a "keys upload" that dies after a write', () => {
  const OTHER = 'quectel/eg25ggb-m2g' as ModelId;
  let keys: string;
  let begun: string;
  beforeAll(async () => {
    keys = join(scratch, 'renewed');
    await cp(join(scratch, 'keys'), keys, { recursive: true });
    const renewed = await runCisternRepo(['keys', 'renew', '--dir', keys]);
    expect(renewed.code, renewed.stderr).toBe(0);
    begun = join(scratch, 'before-upload');
    must(await publish(openDirectoryStore(begun), FORMER));
  }, 60_000);

  const operatorOf = async (store: ObjectStore) => {
    const roots = must(await readRoots(keys));
    const signers = must(await readOnlineSigners(join(scratch, 'online.env'), async () => ok(null)));
    return { store, signers, roots, nowMs: () => nowMs };
  };
  const uploadKeys = async (store: ObjectStore) =>
    uploadRoots(must(await readRoots(keys)), storeOperator(await operatorOf(store)));
  const open = async (name: string) => {
    const directory = join(scratch, `upload-${name}`);
    await cp(begun, directory, { recursive: true });
    return { directory, store: openDirectoryStore(directory) };
  };
  const hasRoot = async (store: ObjectStore, model: ModelId) => must(await store.has(modelRootKey(model, 2)));

  it('lays it beside every model when it is run again', async () => {
    // Of the second model there is what names it; the death comes before it, between both, or after.
    const withOther = async (name: string) => {
      const { directory, store } = await open(name);
      await cp(join(directory, 'models', MODEL), join(directory, 'models', OTHER), { recursive: true });
      return store;
    };
    // The first root is there, and is laid where it is too.
    const writes = await countWrites(await withOther('dry'), uploadKeys);
    for (let write = 1; write <= writes; write++) {
      const store = await withOther(`${write}`);
      await expect(uploadKeys(dyingAfter(store, write))).rejects.toThrow(Killed);
      must(await uploadKeys(store));
      for (const model of [MODEL, OTHER])
        expect(await hasRoot(store, model), `${model}, write ${write}`).toBe(true);
    }
  });

  it('is seen by an audit, and mended by "online renew" too', async () => {
    const { store } = await open('renew');
    await store.create(rootKey(2), await readFile(join(keys, '2.root.json')));
    expect(await hasRoot(store, MODEL)).toBe(false);
    const rootText = await readFile(join(keys, '1.root.json'), 'utf8');
    const audited = () =>
      auditModel({ base: STORE_BASE, model: MODEL, rootText }, getFromStore(store), () => {});
    expect(must(await audited())).toMatchObject({ versions: { root: 1 }, defects: [{ where: MODEL }] });
    expect(must(await renewOnline(await operatorOf(store), MODEL))).toBe('is-fresh');
    expect(must(await audited())).toMatchObject({ versions: { root: 2 }, defects: [] });
  });
});

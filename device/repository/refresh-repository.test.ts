import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ModelId } from '../../shared/model.ts';
import { modelEntry } from '../../shared/test-documents.ts';
import { TEST_MODEL } from '../stage/test-package.ts';
import { MANIFEST, PACKAGE as pkg, setUpDevice } from './test-device.ts';
import { signRoot, someKeys } from './test-repository.ts';

const at = setUpDevice();

describe('a poll', () => {
  it('brings the entry, the rollout, the releases and their indexes', async () => {
    const view = await at.expectView();
    expect(view.entry).toEqual(modelEntry());
    expect(view.rollout).toEqual({ format: 'cistern-rollout/1', model: TEST_MODEL, releases: [] });
    expect(view.releases).toEqual([pkg.manifest]);
    const index = await view.readIndex(pkg.manifest);
    expect(index.ok && index.value.index).toEqual(pkg.index);
    expect(index.ok && Buffer.compare(index.value.bytes, pkg.indexBytes)).toBe(0);
  });

  it('is one request when nothing changed, and writes nothing', async () => {
    await at.expectView();
    at.server.asked.length = 0;
    const before = readFileSync(at.trustedPath());
    const view = await at.expectView();
    expect(at.server.asked).toEqual([`/v1/models/${TEST_MODEL}/poll?root=1&timestamp=1`]);
    expect(view.releases).toEqual([pkg.manifest]);
    expect(readFileSync(at.trustedPath())).toEqual(before);
  });

  it('fetches what changed, and forgets what is no longer named', async () => {
    await at.expectView();
    delete at.repository.documents[MANIFEST];
    at.repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 1 };
    at.server.asked.length = 0;
    expect((await at.expectView()).releases).toEqual([]);
    expect(at.server.asked).toHaveLength(1);
    expect(readdirSync(join(at.trustDirectory(), 'targets'))).toHaveLength(2);
  });

  it('takes a new timestamp alone, for the rest that it has', async () => {
    await at.expectView();
    at.repository.version.timestamp = 2;
    const { timestamp } = await at.repository.signAll();
    at.server.answer = () => ({ timestamp });
    at.server.asked.length = 0;
    await at.expectView();
    await at.expectView();
    expect(at.server.asked.map((path) => path.replace(/.*\?/, ''))).toEqual([
      'root=1&timestamp=1',
      'root=1&timestamp=2',
    ]);
  });

  it('asks for everything when the answer and its own files do not make a whole', async () => {
    await at.expectView();
    at.repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    const signed = await at.repository.signAll();
    at.server.asked.length = 0;
    at.server.answer = (_root, timestamp) => (timestamp === 0 ? signed : { timestamp: signed.timestamp });
    await at.expectView();
    expect(at.server.asked.map((path) => path.replace(/.*\?/, ''))).toEqual([
      'root=1&timestamp=1',
      'root=1&timestamp=0',
    ]);
  });

  it('asks through the updater’s own HTTP alone, never the platform’s fetch', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    await at.expectView();
    at.server.answersPolls = false;
    at.repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    await at.expectView();
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockRestore();
  });

  it('survives two refusals and a bad line', async () => {
    at.server.statuses.push(503, 500);
    await at.expectView();
  });

  it('follows the root when its keys change, and all that they sign', async () => {
    await at.expectView();
    const next = await someKeys();
    at.repository.laterRoots.push(
      await signRoot(next, 2, [...at.keys.root.slice(0, 2), ...next.root.slice(1)]),
    );
    Object.assign(at.repository, { keys: next });
    at.repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    await at.expectView();
    at.server.asked.length = 0;
    await at.expectView();
    expect(at.server.asked).toEqual([`/v1/models/${TEST_MODEL}/poll?root=2&timestamp=2`]);
  });
});

describe('a mirror that serves files and answers no polls', () => {
  const base = `/v1/models/${TEST_MODEL}`;

  it('is followed in the plain TUF layout', async () => {
    at.server.answersPolls = false;
    expect((await at.expectView()).releases).toEqual([pkg.manifest]);
    expect(at.server.asked.slice(0, 6)).toEqual([
      `${base}/poll?root=1&timestamp=0`,
      `${base}/metadata/2.root.json`,
      `${base}/metadata/timestamp.json`,
      `${base}/metadata/1.snapshot.json`,
      `${base}/metadata/1.targets.json`,
      `${base}/metadata/1.rollout.json`,
    ]);
  });

  it('is asked for no more than root and timestamp when nothing changed', async () => {
    await at.expectView();
    at.server.answersPolls = false;
    at.server.asked.length = 0;
    await at.expectView();
    expect(at.server.asked).toEqual([
      `${base}/poll?root=1&timestamp=1`,
      `${base}/metadata/2.root.json`,
      `${base}/metadata/timestamp.json`,
    ]);
  });

  it('brings new roots, and what they sign', async () => {
    await at.expectView();
    at.server.answersPolls = false;
    const next = await someKeys();
    at.repository.laterRoots.push(
      await signRoot(next, 2, [...at.keys.root.slice(0, 2), ...next.root.slice(1)]),
      await signRoot(next, 3),
    );
    Object.assign(at.repository, { keys: next });
    at.repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    await at.expectView();
    at.server.answersPolls = true;
    at.server.asked.length = 0;
    await at.expectView();
    expect(at.server.asked).toEqual([`${base}/poll?root=3&timestamp=2`]);
  });

  it('in a bucket that may not be listed says 403 of what it does not hold', async () => {
    at.server.answersPolls = false;
    at.server.statuses.push(403, 403);
    at.server.plainStatuses = true;
    await at.expectView();
  });
});

describe('a repository that does not help', () => {
  it('does not know the model', async () => {
    const model = 'quectel/ec25efa-m4g' as ModelId;
    expect(await at.refresh({ model })).toMatchObject({ failure: { reason: 'unknown-model', model } });
  });

  it('refuses, in its own words', async () => {
    at.server.statuses.push(403);
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'repository-refused', status: 403, title: 'Not today', detail: 'try tomorrow' },
    });
    expect(at.server.asked).toHaveLength(1);
  });

  it('answers with a member nobody knows', async () => {
    at.server.answer = () => ({ extra: 1 });
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'answer-unreadable' } });
  });

  it('is not there', async () => {
    expect(await at.refresh({ repositoryUrl: 'http://127.0.0.1:1' })).toMatchObject({
      failure: { reason: 'repository-unreachable', code: 'ECONNREFUSED' },
    });
  });

  it('is not asked in plain text on another machine', async () => {
    expect(await at.refresh({ repositoryUrl: 'http://192.0.2.1' })).toMatchObject({
      failure: { reason: 'address-refused' },
    });
  });

  it('is not waited for after an abort', async () => {
    expect(await at.refresh({}, AbortSignal.abort())).toEqual({
      ok: false,
      failure: { reason: 'interrupted' },
    });
  });
});

describe('the pinned root', () => {
  it.each([
    ['not JSON', async () => 'nonsense'],
    ['signed by one of two', async () => signRoot(at.keys, 1, at.keys.root.slice(0, 1))],
    ['torn', async () => at.root.slice(0, 500)],
  ])('is refused when it is %s', async (_name, make) => {
    expect(await at.refresh({ pinnedRoot: await make() })).toMatchObject({
      failure: { reason: 'pinned-root-wrong' },
    });
  });

  it('may change altogether: what another root vouched for counts for nothing', async () => {
    await at.expectView();
    const other = await someKeys();
    const pinnedRoot = await signRoot(other);
    expect(await at.refresh({ pinnedRoot })).toMatchObject({ failure: { reason: 'signature-wrong' } });
    Object.assign(at.repository, { keys: other });
    await at.expectView({ pinnedRoot });
  });
});

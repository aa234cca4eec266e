import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPIRES_AFTER_MS } from '../../shared/trust/roles.ts';
import { TEST_MODEL } from '../stage/test-package.ts';
import { readPinnedRoot } from './pinned-root.ts';
import { setUpDevice } from './test-device.ts';
import { signRoot, someKeys } from './test-repository.ts';
import { reportTrust } from './trust-report.ts';

const at = setUpDevice();

async function report(pinnedText = at.root, nowMs = Date.now()) {
  const pinned = readPinnedRoot(pinnedText);
  if (!pinned.ok) throw new Error(pinned.failure.reason);
  return reportTrust({ stateDir: at.stateDir, pinned: pinned.value, nowMs, scratchDirectory: tmpdir() });
}

describe('what a device trusts', () => {
  it('is its pinned root alone before the first poll', async () => {
    const { pinned, models } = await report();
    expect(pinned).toMatchObject({ role: 'root', version: 1, threshold: 2 });
    expect(pinned.keyIds).toHaveLength(3);
    expect(models).toEqual([]);
  });

  it('is each role with version, expiry and keys, after a poll', async () => {
    at.repository.version = { targets: 2, snapshot: 3, timestamp: 4, rollout: 5 };
    await at.expectView();
    const { models } = await report();
    expect(models).toMatchObject([{ model: TEST_MODEL, failure: null }]);
    const roles = models[0]?.roles ?? [];
    expect(roles.map(({ role, version }) => [role, version])).toEqual([
      ['root', 1],
      ['targets', 2],
      ['snapshot', 3],
      ['timestamp', 4],
      ['rollout', 5],
    ]);
    const { targets, snapshot, timestamp, rollout } = at.keys;
    expect(roles.slice(1).map(({ keyIds }) => keyIds)).toEqual(
      [targets, snapshot, timestamp, rollout].map(({ keyId }) => [keyId]),
    );
  });

  it('begins at the newest root it has seen', async () => {
    at.repository.laterRoots.push(await signRoot(at.keys, 2));
    await at.expectView();
    expect((await report()).models[0]?.roles[0]).toMatchObject({ role: 'root', version: 2 });
  });

  it('is said to have expired, and which role did first', async () => {
    await at.expectView();
    const { models } = await report(at.root, Date.now() + EXPIRES_AFTER_MS.timestamp);
    expect(models[0]?.failure).toMatchObject({ reason: 'metadata-expired', role: 'timestamp' });
  });

  it('is not believed from another pinned root', async () => {
    await at.expectView();
    const { models } = await report(await signRoot(await someKeys()));
    expect(models[0]?.failure).toMatchObject({ reason: 'signature-wrong' });
  });

  it('is not believed in the place of another model', async () => {
    await at.expectView();
    cpSync(at.trustDirectory(), join(at.stateDir, 'trust/quectel/ec25efa-m4g'), { recursive: true });
    const { models } = await report();
    expect(models.map(({ model, failure }) => [model, failure?.reason ?? null])).toEqual([
      ['quectel/ec25efa-m4g', 'metadata-of-another-model'],
      [TEST_MODEL, null],
    ]);
  });

  it('is said to be gone when its file is torn; other folders are no models', async () => {
    await at.expectView();
    writeFileSync(at.trustedPath(), readFileSync(at.trustedPath()).subarray(0, 100));
    mkdirSync(join(at.stateDir, 'trust/lost+found'));
    const { models } = await report();
    expect(models).toMatchObject([{ failure: { reason: 'metadata-incomplete', file: 'timestamp.json' } }]);
  });

  it('is only read', async () => {
    await at.expectView();
    const before = statSync(at.trustedPath()).mtimeMs;
    const listed = readdirSync(at.trustDirectory());
    at.server.asked.length = 0;
    await report();
    expect(statSync(at.trustedPath()).mtimeMs).toBe(before);
    expect(readdirSync(at.trustDirectory())).toEqual(listed);
    expect(at.server.asked).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { MODEL } from '../test-documents.ts';
import {
  consistentTargetPath,
  EXPIRES_AFTER_MS,
  expiryOf,
  metadataFile,
  ONLINE_ROLES,
  RENEW_AFTER_MS,
  ROOT_KEY_COUNT,
  ROOT_THRESHOLD,
  rolloutDelegations,
  rolloutPaths,
  targetPath,
  tufInstant,
} from './roles.ts';

describe('the roles of a repository', () => {
  it.each([
    ['root', 3, '3.root.json'],
    ['targets', 12, '12.targets.json'],
    ['snapshot', 1, '1.snapshot.json'],
    ['rollout', 2, '2.rollout.json'],
    ['timestamp', 9, 'timestamp.json'],
  ] as const)('keep %s version %i in %s (TUF 6.2)', (role, version, file) => {
    expect(metadataFile(role, version)).toBe(file);
  });

  it('serve a target under its hash, in its own directory', () => {
    const path = targetPath(MODEL, 'model.json');
    expect(path).toBe(`${MODEL}/model.json`);
    expect(consistentTargetPath(path, 'abc')).toBe(`${MODEL}/abc.model.json`);
    expect(consistentTargetPath('model.json', 'abc')).toBe('abc.model.json');
  });

  it('let the online rollout role sign the rollout of its model and nothing else', () => {
    expect(rolloutPaths(MODEL)).toEqual([`${MODEL}/rollout.json`]);
    const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: 'ab' } } as const;
    const { keys, roles } = rolloutDelegations(MODEL, { keyId: 'id', key });
    expect(keys).toEqual({ id: key });
    expect(roles).toMatchObject([
      { name: 'rollout', keyids: ['id'], threshold: 1, paths: rolloutPaths(MODEL) },
    ]);
  });

  it('expire at an instant of whole seconds (TUF 4.2)', () => {
    const nowMs = Date.parse('2026-11-23T08:00:00.999Z');
    expect(tufInstant(nowMs)).toBe('2026-11-23T08:00:00Z');
    expect(expiryOf('timestamp', nowMs)).toBe('2026-12-07T08:00:00Z');
  });

  it('renew online signatures long before they expire, and lose a root key without losing the root', () => {
    for (const role of ONLINE_ROLES) expect(EXPIRES_AFTER_MS[role]).toBeGreaterThan(7 * RENEW_AFTER_MS);
    expect(ROOT_KEY_COUNT).toBeGreaterThan(ROOT_THRESHOLD);
  });
});

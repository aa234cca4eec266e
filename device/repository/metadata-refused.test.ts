import { describe, expect, it } from 'vitest';
import type { ModelId } from '../../shared/model.ts';
import { generatePrivateKey, signerOf } from '../../shared/trust/keys.ts';
import { TEST_MODEL } from '../stage/test-package.ts';
import { setUpDevice } from './test-device.ts';
import { aRepository, type Keys, signRoot, someKeys } from './test-repository.ts';
import { honestAnswer } from './test-repository-server.ts';

const at = setUpDevice();

describe('metadata that is not believed', () => {
  it.each(['timestamp', 'snapshot', 'targets', 'rollout'] as const)(
    'is signed by another key: %s',
    async (role) => {
      at.repository.signers[role] = await signerOf(await generatePrivateKey());
      expect(await at.refresh()).toEqual({
        ok: false,
        failure: { reason: 'signature-wrong', role, found: 0, wanted: 1 },
      });
    },
  );

  it.each(['timestamp', 'snapshot', 'targets', 'rollout'] as const)('has expired: %s', async (role) => {
    at.repository.expires[role] = '2026-01-02T03:04:05Z';
    expect(await at.refresh()).toEqual({
      ok: false,
      failure: { reason: 'metadata-expired', role, expiredAt: '2026-01-02T03:04:05Z' },
    });
  });

  it('begins at a root that has expired, and no newer one came', async () => {
    const expired = '2026-01-02T03:04:05Z';
    const pinnedRoot = await signRoot(at.keys, 1, at.keys.root, expired);
    expect(await at.refresh({ pinnedRoot })).toEqual({
      ok: false,
      failure: { reason: 'metadata-expired', role: 'root', expiredAt: expired },
    });
    at.repository.laterRoots.push(await signRoot(at.keys, 2));
    await at.expectView({ pinnedRoot });
  });

  it('has expired on the device, and the repository has nothing newer', async () => {
    await at.expectView();
    const expires = '2026-01-02T03:04:05Z';
    at.repository.expires.timestamp = expires;
    at.repository.version.timestamp = 2;
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-expired', expiredAt: expires } });
  });

  it.each([
    ['timestamp', { targets: 5, snapshot: 5, timestamp: 4, rollout: 5 }],
    ['snapshot', { targets: 5, snapshot: 4, timestamp: 6, rollout: 5 }],
    ['targets', { targets: 4, snapshot: 6, timestamp: 6, rollout: 5 }],
    ['rollout', { targets: 5, snapshot: 6, timestamp: 6, rollout: 4 }],
  ])('is older than what was seen: %s', async (role, versions) => {
    at.repository.version = { targets: 5, snapshot: 5, timestamp: 5, rollout: 5 };
    await at.expectView();
    at.repository.version = versions;
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-rolled-back', role } });
  });

  it('belongs to another model, and the honest repository is still believed afterwards', async () => {
    const other = aRepository(at.keys, 'quectel/ec25efa-m4g' as ModelId);
    other.version = { targets: 9, snapshot: 9, timestamp: 9, rollout: 9 };
    at.server.answer = () => other.signAll();
    expect(await at.refresh()).toEqual({
      ok: false,
      failure: {
        reason: 'metadata-of-another-model',
        role: 'timestamp',
        wanted: TEST_MODEL,
        found: 'quectel/ec25efa-m4g',
      },
    });
    at.server.answer = (rootVersion, timestamp) => honestAnswer(at.repository, rootVersion, timestamp);
    await at.expectView();
  });

  it.each(['snapshot', 'targets', 'rollout'] as const)('is another model’s %s', async (role) => {
    const other = await aRepository(at.keys, 'quectel/ec25efa-m4g' as ModelId).signAll();
    const ours = await at.repository.signAll();
    at.server.answer = () => ({ ...ours, [role]: other[role] });
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-of-another-model', role } });
  });

  it('is bound to no model', async () => {
    at.repository.boundTo = null;
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'metadata-of-another-model', found: 'none' },
    });
  });

  it('does not belong together', async () => {
    const old = await at.repository.signAll();
    at.repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    const { timestamp } = await at.repository.signAll();
    at.server.answer = () => ({ ...old, timestamp });
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'metadata-mixed' } });
  });

  it.each([
    ['not JSON', 'nonsense'],
    ['not metadata', '{"signed":{"x-model":"quectel/ec25euga-m4g"}}'],
  ])('is %s', async (_name, timestamp) => {
    const signed = await at.repository.signAll();
    at.server.answer = () => ({ ...signed, timestamp });
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'metadata-unreadable', role: 'timestamp' },
    });
  });

  it('is not all there', async () => {
    const { targets: _, ...rest } = await at.repository.signAll();
    at.server.answer = () => rest;
    expect(await at.refresh()).toEqual({
      ok: false,
      failure: { reason: 'metadata-incomplete', file: '1.targets.json' },
    });
  });

  it.each([
    ['by nobody of the old root', async (next: Keys) => signRoot(next, 2)],
    ['by nobody of the new root', async (next: Keys) => signRoot(next, 2, at.keys.root.slice(0, 2))],
    ['by one of two', async (next: Keys) => signRoot(next, 2, [...at.keys.root.slice(0, 1), ...next.root])],
  ])('is a new root that is signed %s', async (_name, sign) => {
    at.repository.laterRoots.push(await sign(await someKeys()));
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'signature-wrong', role: 'root' } });
  });

  it('is kept as far as it was right, so that none of it goes back', async () => {
    await at.expectView();
    at.repository.version = { targets: 2, snapshot: 2, timestamp: 2, rollout: 2 };
    at.repository.signers.rollout = await signerOf(await generatePrivateKey());
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'signature-wrong', role: 'rollout' } });
    at.repository.signers.rollout = at.keys.rollout;
    at.repository.version = { targets: 1, snapshot: 1, timestamp: 1, rollout: 1 };
    expect(await at.refresh()).toMatchObject({
      failure: { reason: 'metadata-rolled-back', role: 'timestamp' },
    });
    at.repository.version = { targets: 2, snapshot: 3, timestamp: 3, rollout: 3 };
    at.server.asked.length = 0;
    await at.expectView();
    expect(at.server.asked[0]).toContain('timestamp=0');
  });
});

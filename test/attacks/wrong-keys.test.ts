/** Metadata signed by the wrong keys, or by too few of the right ones (TUF 5.3.4, 5.4.2, 5.5.3, 5.6.3). */
import { describe, expect, it } from 'vitest';
import { setUpDevice } from '../../device/repository/test-device.ts';
import { signRoot } from '../../device/repository/test-repository.ts';
import { generatePrivateKey, type Signer, signerOf } from '../../shared/trust/keys.ts';
import { doubleSignatures, reSign } from './re-sign.ts';

const at = setUpDevice();
const ROLES = ['timestamp', 'snapshot', 'targets', 'rollout'] as const;
const stranger = async () => signerOf(await generatePrivateKey());

/** The pinned root, with a role of `threshold` keys: its own and others. */
async function rootWith(role: (typeof ROLES)[number], threshold: number, others: readonly Signer[]) {
  const root = await signRoot(at.keys);
  return reSign(root, at.keys.root.slice(0, 2), ({ keys, roles }) => ({
    keys: { ...(keys as object), ...Object.fromEntries(others.map(({ keyId, key }) => [keyId, key])) },
    roles: {
      ...(roles as object),
      [role]: { keyids: [at.keys[role].keyId, ...others.map(({ keyId }) => keyId)], threshold },
    },
  }));
}

describe('metadata', () => {
  it.each(ROLES)('is refused when a stranger signed it: %s', async (role) => {
    at.repository.signers[role] = await stranger();
    expect(await at.refresh()).toEqual({
      ok: false,
      failure: { reason: 'signature-wrong', role, found: 0, wanted: 1 },
    });
  });

  it.each(
    ROLES.flatMap((role) => [...ROLES, 'root' as const].map((other) => [role, other] as const)).filter(
      ([a, b]) => a !== b,
    ),
  )('is refused when the key of another role signed it: %s by %s', async (role, other) => {
    at.repository.signers[role] = other === 'root' ? (at.keys.root[0] as Signer) : at.keys[other];
    expect(await at.refresh()).toMatchObject({ failure: { reason: 'signature-wrong', role, found: 0 } });
  });

  it.each(['timestamp', 'snapshot', 'targets'] as const)(
    'is refused below the threshold: %s',
    async (role) => {
      const pinnedRoot = await rootWith(role, 2, [await stranger()]);
      expect(await at.refresh({ pinnedRoot })).toMatchObject({
        failure: { reason: 'signature-wrong', role, found: 1, wanted: 2 },
      });
    },
  );

  it.each(['timestamp', 'snapshot', 'targets'] as const)(
    'is refused when one key signed it twice to reach the threshold: %s',
    async (role) => {
      at.repository.altered[role] = doubleSignatures;
      const pinnedRoot = await rootWith(role, 2, [await stranger()]);
      expect(await at.refresh({ pinnedRoot })).toMatchObject({
        failure: { reason: expect.stringMatching(/^(signature-wrong|metadata-unreadable)$/), role },
      });
    },
  );

  it.each(['timestamp', 'targets'] as const)(
    'is refused when a new root lists one key of its role under two ids: %s',
    async (role) => {
      const twin = { ...at.keys[role], keyId: 'b'.repeat(64) };
      const two = await reSign(await rootWith(role, 2, [twin]), at.keys.root.slice(0, 2), () => ({
        version: 2,
      }));
      at.repository.laterRoots.push(two);
      expect(await at.refresh()).toMatchObject({
        failure: { reason: 'metadata-unreadable', role: 'root', detail: expect.stringContaining('two ids') },
      });
    },
  );
});

describe('the pinned root', () => {
  it('is refused when one key signed it twice', async () => {
    const one = await signRoot(at.keys, 1, at.keys.root.slice(0, 1));
    expect(await at.refresh({ pinnedRoot: doubleSignatures(one) })).toMatchObject({
      failure: { reason: 'pinned-root-wrong' },
    });
  });

  it('is refused when one key under two ids makes up its threshold', async () => {
    const [first] = at.keys.root as [Signer];
    const twin = { ...first, keyId: 'b'.repeat(64) };
    const pinnedRoot = await signRoot({ ...at.keys, root: [first, twin] }, 1, [first, twin]);
    expect(await at.refresh({ pinnedRoot })).toMatchObject({ failure: { reason: 'pinned-root-wrong' } });
  });
});

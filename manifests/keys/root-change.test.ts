import { beforeAll, describe, expect, it } from 'vitest';
import { generatePrivateKey, type Signer, signerOf } from '../../shared/trust/keys.ts';
import { findKey, soleKey } from './find-key.ts';
import { signFirstRoot } from './root.ts';
import { changeRoot, type NamedKey, type RootSigned } from './root-change.ts';

const NOW_MS = Date.parse('2027-01-01T00:00:00Z');
const NEXT = { version: 2, nowMs: NOW_MS };

let base: RootSigned;
let root: Signer[];
let targets: Signer;
let other: Signer;
beforeAll(async () => {
  const signers = await Promise.all(
    Array.from({ length: 7 }, async () => signerOf(await generatePrivateKey())),
  );
  const [a, b, c, d, snapshot, timestamp, last] = signers as [
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
  ];
  root = [a, b, c];
  [targets, other] = [d, last];
  base = JSON.parse(await signFirstRoot({ root, targets, snapshot, timestamp }, 0)).signed;
});

const named = ({ keyId, key }: Signer): NamedKey => ({ keyId, key });
const idOf = (i: number) => root[i]?.keyId ?? '';

describe('a change of root', () => {
  it('is the next version and valid for two years from now', () => {
    const next = changeRoot(base, { kind: 'renew' }, NEXT);
    expect(next).toEqual({ ok: true, value: { ...base, version: 2, expires: '2028-12-31T00:00:00Z' } });
  });

  it('adds a key to a role and to the list of keys', () => {
    const next = changeRoot(base, { kind: 'add', role: 'targets', key: named(other) }, NEXT);
    expect(next.ok && next.value.roles.targets).toEqual({
      keyids: [targets.keyId, other.keyId],
      threshold: 1,
    });
    expect(next.ok && next.value.keys[other.keyId]).toEqual(other.key);
  });

  it('revokes a key everywhere, and keeps no key that no role names', () => {
    const next = changeRoot(base, { kind: 'revoke', keyId: idOf(0) }, NEXT);
    expect(next.ok && next.value.roles.root).toEqual({ keyids: [idOf(1), idOf(2)], threshold: 2 });
    expect(next.ok && Object.keys(next.value.keys)).not.toContain(idOf(0));
  });

  it('rotates one key and leaves the others and the threshold', () => {
    const change = { kind: 'rotate', role: 'root', keyId: idOf(1), key: named(other) } as const;
    const next = changeRoot(base, change, NEXT);
    expect(next.ok && next.value.roles.root).toEqual({
      keyids: [idOf(0), idOf(2), other.keyId],
      threshold: 2,
    });
  });

  it('rotates the online keys together', () => {
    const keys = { snapshot: named(other), timestamp: named(targets) };
    const next = changeRoot(base, { kind: 'rotate-online', ...keys }, NEXT);
    expect(next.ok && next.value.roles).toMatchObject({
      snapshot: { keyids: [other.keyId], threshold: 1 },
      timestamp: { keyids: [targets.keyId], threshold: 1 },
    });
    expect(next.ok && Object.keys(next.value.keys)).not.toContain(base.roles.snapshot.keyids[0]);
  });

  it.each([
    [
      'a threshold above the keys',
      () => ({ kind: 'threshold', role: 'root', threshold: 4 }) as const,
      'threshold-out-of-reach',
    ],
    [
      'a threshold of none',
      () => ({ kind: 'threshold', role: 'targets', threshold: 0 }) as const,
      'threshold-out-of-reach',
    ],
    [
      'a revocation that the threshold needs',
      () => ({ kind: 'revoke', keyId: targets.keyId }) as const,
      'threshold-out-of-reach',
    ],
    [
      'a key that is there',
      () => ({ kind: 'add', role: 'root', key: named(root[0] as Signer) }) as const,
      'key-in-role-already',
    ],
    [
      'a key of the Worker',
      () => ({ kind: 'revoke', keyId: base.roles.snapshot.keyids[0] ?? '' }) as const,
      'online-key-not-revocable',
    ],
    ['a key of nobody', () => ({ kind: 'revoke', keyId: other.keyId }) as const, 'key-not-in-role'],
    [
      'a key of the other role',
      () => ({ kind: 'rotate', role: 'root', keyId: targets.keyId, key: named(other) }) as const,
      'key-not-in-role',
    ],
  ])('refuses %s', (_, change, reason) => {
    expect(changeRoot(base, change(), NEXT)).toMatchObject({ ok: false, failure: { reason } });
  });

  it('takes no more keys than root metadata holds', async () => {
    let next = base;
    for (let i = 0; i < 13; i++) {
      const key = named(await signerOf(await generatePrivateKey()));
      const changed = changeRoot(next, { kind: 'add', role: 'root', key }, NEXT);
      if (!changed.ok) throw new Error(changed.failure.reason);
      next = changed.value;
    }
    const change = { kind: 'add', role: 'root', key: named(other) } as const;
    expect(changeRoot(next, change, NEXT)).toMatchObject({ ok: false, failure: { reason: 'too-many-keys' } });
  });
});

describe('a key that an operator means', () => {
  it('is found by the beginning of its id', () => {
    expect(findKey(base, idOf(2).slice(0, 12))).toEqual({ ok: true, value: idOf(2) });
    expect(findKey(base, '')).toMatchObject({ ok: false, failure: { reason: 'key-ambiguous' } });
    expect(findKey(base, other.keyId)).toMatchObject({ ok: false, failure: { reason: 'key-not-in-role' } });
  });

  it('is the only one of its role, or has to be named', () => {
    expect(soleKey(base, 'targets')).toEqual({ ok: true, value: targets.keyId });
    expect(soleKey(base, 'root')).toMatchObject({ ok: false, failure: { reason: 'key-ambiguous' } });
  });
});

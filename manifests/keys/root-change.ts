/** The next root of trust: one change at a time, pure. Who may sign it is judged elsewhere (`signing/judges.ts`). */
import { err, ok, type Result } from '../../shared/result.ts';
import type { RootMetadata } from '../../shared/trust/documents.ts';
import type { TufKey } from '../../shared/trust/keys.ts';
import { expiryOf } from '../../shared/trust/roles.ts';
import { KEYS_PER_ROLE_MAX } from '../limits.ts';

export type RootSigned = RootMetadata['signed'];
/** The roles whose keys people hold; the Worker holds the others. */
export type OfflineRole = 'root' | 'targets';
export type NamedKey = { readonly keyId: string; readonly key: TufKey };

export type RootChange =
  | { readonly kind: 'add'; readonly role: OfflineRole; readonly key: NamedKey }
  | { readonly kind: 'revoke'; readonly keyId: string }
  /** `keyId` goes, `key` comes; the threshold stays. */
  | { readonly kind: 'rotate'; readonly role: OfflineRole; readonly keyId: string; readonly key: NamedKey }
  | { readonly kind: 'rotate-online'; readonly snapshot: NamedKey; readonly timestamp: NamedKey }
  | { readonly kind: 'threshold'; readonly role: OfflineRole; readonly threshold: number }
  /** Nothing but a later expiry. */
  | { readonly kind: 'renew' };

export type RootChangeFailure =
  | { readonly reason: 'key-not-in-role'; readonly key: string; readonly held: readonly string[] }
  | { readonly reason: 'key-in-role-already'; readonly keyId: string }
  | { readonly reason: 'online-key-not-revocable'; readonly keyId: string }
  | {
      readonly reason: 'threshold-out-of-reach';
      readonly role: OfflineRole;
      readonly threshold: number;
      readonly keyCount: number;
    }
  | { readonly reason: 'too-many-keys'; readonly role: OfflineRole; readonly maxKeys: number };

/** `base` with the change, as `version`, valid from now. */
export function changeRoot(
  base: RootSigned,
  change: RootChange,
  next: { readonly version: number; readonly nowMs: number },
): Result<RootSigned, RootChangeFailure> {
  const changed = applyChange(base, change);
  if (!changed.ok) return changed;
  const unreachable = findUnreachable(changed.value);
  if (unreachable !== null) return err(unreachable);
  const expires = expiryOf('root', next.nowMs);
  return ok({ ...dropUnnamedKeys(changed.value), version: next.version, expires });
}

function applyChange(base: RootSigned, change: RootChange): Result<RootSigned, RootChangeFailure> {
  switch (change.kind) {
    case 'add':
      return withKey(base, change.role, change.key);
    case 'revoke':
      return withoutKey(base, change.keyId);
    case 'rotate': {
      const { role, keyId } = change;
      if (!base.roles[role].keyids.includes(keyId)) return err(notInRole(keyId, base.roles[role].keyids));
      const without = base.roles[role].keyids.filter((held) => held !== keyId);
      return withKey(withRole(base, role, { keyids: without }), role, change.key);
    }
    case 'rotate-online': {
      const { snapshot, timestamp } = change;
      const keys = { ...base.keys, [snapshot.keyId]: snapshot.key, [timestamp.keyId]: timestamp.key };
      const roles = {
        ...base.roles,
        snapshot: { keyids: [snapshot.keyId], threshold: 1 },
        timestamp: { keyids: [timestamp.keyId], threshold: 1 },
      };
      return ok({ ...base, keys, roles });
    }
    case 'threshold':
      return ok(withRole(base, change.role, { threshold: change.threshold }));
    case 'renew':
      return ok(base);
  }
}

function withKey(
  base: RootSigned,
  role: OfflineRole,
  { keyId, key }: NamedKey,
): Result<RootSigned, RootChangeFailure> {
  const { keyids } = base.roles[role];
  if (keyids.includes(keyId)) return err({ reason: 'key-in-role-already', keyId });
  if (keyids.length >= KEYS_PER_ROLE_MAX)
    return err({ reason: 'too-many-keys', role, maxKeys: KEYS_PER_ROLE_MAX });
  const keys = { ...base.keys, [keyId]: key };
  return ok(withRole({ ...base, keys }, role, { keyids: [...keyids, keyId] }));
}

function withoutKey(base: RootSigned, keyId: string): Result<RootSigned, RootChangeFailure> {
  const { root, targets, snapshot, timestamp } = base.roles;
  if ([...snapshot.keyids, ...timestamp.keyids].includes(keyId))
    return err({ reason: 'online-key-not-revocable', keyId });
  const held = [...root.keyids, ...targets.keyids];
  if (!held.includes(keyId)) return err(notInRole(keyId, held));
  const keep = (keyids: readonly string[]) => ({ keyids: keyids.filter((candidate) => candidate !== keyId) });
  return ok(withRole(withRole(base, 'root', keep(root.keyids)), 'targets', keep(targets.keyids)));
}

function withRole(
  base: RootSigned,
  role: OfflineRole,
  changed: { readonly keyids?: string[]; readonly threshold?: number },
): RootSigned {
  return { ...base, roles: { ...base.roles, [role]: { ...base.roles[role], ...changed } } };
}

/** A root that its own keys cannot reach would be the last one. */
function findUnreachable({ roles }: RootSigned): RootChangeFailure | null {
  for (const role of ['root', 'targets'] as const) {
    const { keyids, threshold } = roles[role];
    if (!Number.isInteger(threshold) || threshold < 1 || threshold > keyids.length)
      return { reason: 'threshold-out-of-reach', role, threshold, keyCount: keyids.length };
  }
  return null;
}

function dropUnnamedKeys(root: RootSigned): RootSigned {
  const named = new Set(Object.values(root.roles).flatMap(({ keyids }) => keyids));
  return { ...root, keys: Object.fromEntries(Object.entries(root.keys).filter(([id]) => named.has(id))) };
}

function notInRole(key: string, held: readonly string[]): RootChangeFailure {
  return { reason: 'key-not-in-role', key, held };
}

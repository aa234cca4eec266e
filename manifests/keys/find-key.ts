/** The key an operator means: by the beginning of its id, or because its role has no other. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { OfflineRole, RootChangeFailure, RootSigned } from './root-change.ts';

export type FindKeyFailure =
  | Extract<RootChangeFailure, { reason: 'key-not-in-role' }>
  | { readonly reason: 'key-ambiguous'; readonly key: string; readonly candidates: readonly string[] };

/** `text` is an id of root or targets, or the beginning of exactly one. */
export function findKey({ roles }: RootSigned, text: string): Result<string, FindKeyFailure> {
  const held = [...new Set([...roles.root.keyids, ...roles.targets.keyids])];
  const candidates = held.filter((keyId) => keyId.startsWith(text));
  const [only, ...others] = candidates;
  if (only === undefined) return err({ reason: 'key-not-in-role', key: text, held });
  return others.length === 0 ? ok(only) : err({ reason: 'key-ambiguous', key: text, candidates });
}

export function soleKey({ roles }: RootSigned, role: OfflineRole): Result<string, FindKeyFailure> {
  const [only, ...others] = roles[role].keyids;
  if (only !== undefined && others.length === 0) return ok(only);
  return err({ reason: 'key-ambiguous', key: role, candidates: roles[role].keyids });
}

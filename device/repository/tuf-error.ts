/**
 * What tuf-js means when it throws. It wraps most causes into plain sentences (`Unable to load targets error …`),
 * so the sentences of the pinned version are what there is to go by; the tests run each of them.
 */
import { ONLINE_ROLES, type Role } from '../../shared/trust/roles.ts';
import { SHOWN_MAX_CHARS } from './limits.ts';
import type { TrustFailure } from './trust-failure.ts';

export type TufContext = {
  /** The role whose file was asked for last. */
  readonly role: Role;
  readonly expiresOf: (role: Role) => string;
};

export function tufFailureOf(error: unknown, { role, expiresOf }: TufContext): TrustFailure {
  const said = String(error);
  const detail = said.replace(/^.*error Error: /, '').slice(0, SHOWN_MAX_CHARS);

  const unsigned = /(\w+) was signed by (\d+)\/(\d+) keys/.exec(said);
  if (unsigned !== null) {
    const [found, wanted] = [Number(unsigned[2]), Number(unsigned[3])];
    return { reason: 'signature-wrong', role: roleOf(unsigned[1], role), found, wanted };
  }
  const expired = /(\w+)\.json is expired/.exec(said);
  if (expired !== null) {
    const of = roleOf(expired[1], role);
    return { reason: 'metadata-expired', role: of, expiredAt: expiresOf(of) };
  }
  const rolledBack = /New (timestamp|snapshot) version \d+ is less than/.exec(said);
  if (rolledBack !== null)
    return { reason: 'metadata-rolled-back', role: roleOf(rolledBack[1], role), detail };
  const listed = /(?:New version \d+ of|Missing file) (\w+)\.json (?:is less than|in new snapshot)/.exec(
    said,
  );
  if (listed !== null) return { reason: 'metadata-rolled-back', role: roleOf(listed[1], role), detail };
  if (MIXED.test(said)) return { reason: 'metadata-mixed', role, detail };
  return { reason: 'metadata-unreadable', role, detail };
}

const MIXED =
  /Expected (?:length|hash) |Expected version \d+, got|Snapshot version doesn't match|does not match snapshot version|Missing \w+\.json in snapshot/;

const ROLES: readonly Role[] = ['root', 'targets', ...ONLINE_ROLES];

function roleOf(name: string | undefined, otherwise: Role): Role {
  return ROLES.find((role) => role === name) ?? otherwise;
}

/** The role of `timestamp.json`, `3.targets.json`; roles that are none of ours count as targets, which they are. */
export function roleOfFile(file: string): Role {
  return roleOf(/^(?:\d+\.)?([^.]*)\.json$/.exec(file)?.[1], 'targets');
}

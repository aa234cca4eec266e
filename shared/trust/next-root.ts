/**
 * Whether a root may follow the newest one (TUF 5.3): signed by the threshold of the one before and by its own, the next
 * version, not expired, naming the online keys. The first is believed for its own signatures.
 */
import { ROOTS_MAX } from '../limits.ts';
import { err, ok, type Result } from '../result.ts';
import type { RootMetadata } from './documents.ts';
import { keyIdOf } from './keys.ts';
import { isSignedBy } from './signed-by.ts';

type RootSigned = RootMetadata['signed'];

/** Ids of the keys that sign online from here on. */
export type OnlineKeyIds = Readonly<Record<'snapshot' | 'timestamp', string>>;

export type RootRefused = { readonly reason: 'root-refused'; readonly why: string };

export type RootExpectation = {
  /** The newest root; null where there is none. */
  readonly current: RootSigned | null;
  /** What its path says. */
  readonly version: number;
  readonly online: OnlineKeyIds;
  readonly nowMs: number;
};

export async function judgeNextRoot(
  next: RootMetadata,
  { current, version, online, nowMs }: RootExpectation,
): Promise<Result<RootSigned, RootRefused>> {
  const { signed } = next;
  const newest = current?.version ?? 0;
  if (version !== newest + 1)
    return refuse(`The newest root is ${newest}, so the next is ${newest + 1}, not ${version}.`);
  if (version > ROOTS_MAX) return refuse(`${ROOTS_MAX} roots are taken. Begin a new repository.`);
  if (signed.version !== version) return refuse(`The file is of version ${signed.version}, not ${version}.`);
  if (Date.parse(signed.expires) <= nowMs) return refuse(`The root expired on ${signed.expires}.`);
  if (!(await namesItsKeysRightly(signed))) return refuse('A key id is not the SHA-256 of its key.');
  const before = current ?? signed;
  if (!(await isSignedBy(before.roles.root, before.keys, next)))
    return refuse(`The root is not signed by the threshold of root ${before.version}.`);
  if (!(await isSignedBy(signed.roles.root, signed.keys, next)))
    return refuse('The root is not signed by its own threshold.');
  return trustsOnlineKeys(signed, online) ? ok(signed) : refuse(otherOnlineKeys(signed, online));
}

/** Whether devices that follow this root accept what these keys sign. */
export function trustsOnlineKeys(root: RootSigned, online: OnlineKeyIds): boolean {
  return (['snapshot', 'timestamp'] as const).every((role) => {
    const trusted = root.roles[role];
    return trusted.threshold === 1 && trusted.keyids.includes(online[role]);
  });
}

/** One key under two ids would count twice towards a threshold (TUF 4.2). */
async function namesItsKeysRightly({ keys }: RootSigned): Promise<boolean> {
  const ids = await Promise.all(Object.values(keys).map(keyIdOf));
  return Object.keys(keys).every((id, i) => id === ids[i]);
}

function otherOnlineKeys(root: RootSigned, online: OnlineKeyIds): string {
  const named = (role: 'snapshot' | 'timestamp') =>
    root.roles[role].keyids.map((id) => id.slice(0, 12)).join(', ');
  return (
    `The root names snapshot ${named('snapshot')} and timestamp ${named('timestamp')}; signed is with ` +
    `${online.snapshot.slice(0, 12)} and ${online.timestamp.slice(0, 12)}, one signature each. ` +
    'Install the matching ONLINE_KEYS first.'
  );
}

function refuse(why: string): Result<never, RootRefused> {
  return err({ reason: 'root-refused', why });
}

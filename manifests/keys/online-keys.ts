/** The Worker's keys: made here, given to it as a secret, named in root and delegations by their public halves. */
import { access, writeFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import { generatePrivateKey, type PrivateKey } from '../../shared/trust/keys.ts';
import type { OnlinePublic } from '../signing/request.ts';
import type { KeyDirectoryFailure } from './key-directory.ts';

export type OnlineKeys = Readonly<Record<'snapshot' | 'timestamp' | 'rollout', PrivateKey>>;

export async function generateOnlineKeys(): Promise<OnlineKeys> {
  const [snapshot, timestamp, rollout] = await Promise.all([
    generatePrivateKey(),
    generatePrivateKey(),
    generatePrivateKey(),
  ]);
  return { snapshot, timestamp, rollout };
}

/** One line of an env file for the Worker: `wrangler dev --env-file`, or `wrangler secret bulk`. */
export function onlineKeysLine(online: OnlineKeys): string {
  return `ONLINE_KEYS='${JSON.stringify(online)}'\n`;
}

export function publicHalves({ snapshot, timestamp, rollout }: OnlineKeys): OnlinePublic {
  return { snapshot: snapshot.public, timestamp: timestamp.public, rollout: rollout.public };
}

/** Readable by its owner alone, never overwritten. */
export async function writeOnlineFile(
  path: string,
  online: OnlineKeys,
): Promise<Result<void, KeyDirectoryFailure>> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return err({ reason: 'keys-exist', path });
  try {
    await writeFile(path, onlineKeysLine(online), { mode: 0o600, flag: 'wx' });
    return ok();
  } catch (error) {
    return err({ reason: 'keys-unwritable', path, why: (error as Error).message });
  }
}

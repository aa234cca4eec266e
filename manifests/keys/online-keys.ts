/** The Worker's keys: made here, given to it as a secret, named in root and delegations by their public halves. */
import { generatePrivateKey, type PrivateKey } from '../../shared/trust/keys.ts';
import type { OnlinePublic } from '../signing/request.ts';

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

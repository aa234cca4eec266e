/** The three online keys of this Worker (secret ONLINE_KEYS), as signers. */
import type { PrivateKey, Signer } from '../../shared/trust/keys.ts';
import { signerOf } from '../../shared/trust/keys.ts';
import type { OnlineRole } from '../../shared/trust/roles.ts';

export type OnlineKeys = Readonly<Record<OnlineRole, PrivateKey>>;
export type OnlineSigners = Readonly<Record<OnlineRole, Signer>>;

/** Throws for keys that are none: a secret that was installed damaged. */
export async function onlineSignersOf(keys: OnlineKeys): Promise<OnlineSigners> {
  const [snapshot, timestamp, rollout] = await Promise.all([
    signerOf(keys.snapshot),
    signerOf(keys.timestamp),
    signerOf(keys.rollout),
  ]);
  return { snapshot, timestamp, rollout };
}

/** The Worker's keys: made here, given to it as a secret, named in root and delegations by their public halves. */
import { access, readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import { generatePrivateKey, type PrivateKey, type Signer, signerOf } from '../../shared/trust/keys.ts';
import { KEY_FILE_MAX_BYTES } from '../limits.ts';
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

const HEX32 = /^[0-9a-f]{64}$/;
const privateKeySchema = z.strictObject({
  seed: z.string().regex(HEX32),
  public: z.string().regex(HEX32),
});
const onlineKeysSchema = z.strictObject({
  snapshot: privateKeySchema,
  timestamp: privateKeySchema,
  rollout: privateKeySchema,
});

export type OnlineKeysFailure = {
  readonly reason: 'online-keys-unreadable';
  readonly path: string;
  readonly why: string;
};

/** The signers in an env file of the Worker's secrets. */
export async function readOnlineSigners(
  path: string,
): Promise<Result<Readonly<Record<keyof OnlineKeys, Signer>>, OnlineKeysFailure>> {
  const refuse = (why: string) => err({ reason: 'online-keys-unreadable', path, why } as const);
  const text = await readFile(path, 'utf8').catch((error: Error) => error);
  if (text instanceof Error) return refuse(text.message);
  const secret = /^ONLINE_KEYS='?([^'\n]*)'?$/m.exec(text.slice(0, KEY_FILE_MAX_BYTES))?.[1];
  try {
    const keys = onlineKeysSchema.parse(JSON.parse(secret ?? ''));
    return ok({
      snapshot: await signerOf(keys.snapshot),
      timestamp: await signerOf(keys.timestamp),
      rollout: await signerOf(keys.rollout),
    });
  } catch {
    return refuse('it has no ONLINE_KEYS as "keys init" writes them');
  }
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

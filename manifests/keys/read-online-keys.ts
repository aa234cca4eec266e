/** The online keys as a machine without a Worker has them: the Worker's secrets in an env file, or sealed. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Signer, signerOf } from '../../shared/trust/keys.ts';
import { KEY_FILE_MAX_BYTES } from '../limits.ts';
import type { OnlineKeys } from './online-keys.ts';
import { openSealedOnline, parseSealedOnline, type SealedFailure } from './sealed-online.ts';

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

type OnlineSigners = Readonly<Record<keyof OnlineKeys, Signer>>;
type Passphrase<Failure> = () => Promise<Result<string | null, Failure>>;

/** The signers in an env file of the Worker's secrets, or in a file that `online seal` made of one. */
export async function readOnlineSigners<Failure>(
  path: string,
  askPassphrase: Passphrase<Failure>,
): Promise<Result<OnlineSigners, OnlineKeysFailure | SealedFailure | Failure>> {
  const keys = await readOnlineKeys(path, askPassphrase);
  if (!keys.ok) return keys;
  const { snapshot, timestamp, rollout } = keys.value;
  return ok({
    snapshot: await signerOf(snapshot),
    timestamp: await signerOf(timestamp),
    rollout: await signerOf(rollout),
  });
}

/** The passphrase is asked for where the file is sealed. */
export async function readOnlineKeys<Failure>(
  path: string,
  askPassphrase: Passphrase<Failure>,
): Promise<Result<OnlineKeys, OnlineKeysFailure | SealedFailure | Failure>> {
  const refuse = (why: string) => err({ reason: 'online-keys-unreadable', path, why } as const);
  const text = await readFile(path, 'utf8').catch((error: Error) => error);
  if (text instanceof Error) return refuse(text.message);
  if (text.length > KEY_FILE_MAX_BYTES) return refuse('it is too large for a file of online keys');
  const sealed = parseSealedOnline(text);
  if (sealed !== null) {
    const passphrase = await askPassphrase();
    return passphrase.ok ? openSealedOnline(path, sealed, passphrase.value) : passphrase;
  }
  const secret = /^ONLINE_KEYS='?([^'\n]*)'?$/m.exec(text)?.[1];
  try {
    return ok(onlineKeysSchema.parse(JSON.parse(secret ?? '')));
  } catch {
    return refuse(
      'it has no ONLINE_KEYS as "keys init" writes them, and is not what "online seal" makes of them',
    );
  }
}

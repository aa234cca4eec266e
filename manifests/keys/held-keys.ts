/** The private keys that lie in a directory, known by what their public halves say. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Signer, signerOf } from '../../shared/trust/keys.ts';
import { KEY_FILES_MAX } from '../limits.ts';
import { type KeyFileFailure, keyIdOfPublic, openKeyFile, readKeyFile } from './key-file.ts';

export type HeldKey = {
  /** Name of the file in its directory. */
  readonly file: string;
  readonly keyId: string;
  readonly isEncrypted: boolean;
};

/** Every `*.key` file of the directory; nothing is opened. */
export async function listHeldKeys(directory: string): Promise<Result<readonly HeldKey[], KeyFileFailure>> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.key')).sort();
  if (names.length > KEY_FILES_MAX)
    return err({
      reason: 'key-file-unreadable',
      path: directory,
      why: `more than ${KEY_FILES_MAX} key files`,
    });
  const held: HeldKey[] = [];
  for (const file of names) {
    const key = await readKeyFile(join(directory, file));
    if (!key.ok) return key;
    const keyId = await keyIdOfPublic(key.value.public);
    held.push({ file, keyId, isEncrypted: key.value.sealed !== undefined });
  }
  return ok(held);
}

/** Signers of those of `wanted` that lie here. The passphrase is asked for once, and only where a key needs one. */
export async function openHeldKeys<Failure>(
  directory: string,
  wanted: readonly string[],
  askPassphrase: () => Promise<Result<string | null, Failure>>,
): Promise<Result<readonly Signer[], KeyFileFailure | Failure>> {
  const held = await listHeldKeys(directory);
  if (!held.ok) return held;
  const usable = held.value.filter(({ keyId }) => wanted.includes(keyId));
  const passphrase = usable.some(({ isEncrypted }) => isEncrypted) ? await askPassphrase() : ok(null);
  if (!passphrase.ok) return passphrase;
  const signers: Signer[] = [];
  for (const { file } of usable) {
    const key = await openKeyFile(join(directory, file), async () => passphrase.value);
    if (!key.ok) return key;
    signers.push(await signerOf(key.value));
  }
  return ok(signers);
}

/** A new offline key: made here, or on a machine of its own that gives away its public half alone. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fromHex } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { generatePrivateKey, keyIdOf, tufKey } from '../../shared/trust/keys.ts';
import type { KeyDirectoryFailure } from './key-directory.ts';
import { keyIdOfPublic, writeKeyFile } from './key-file.ts';
import type { NamedKey, OfflineRole } from './root-change.ts';

/** Digits of the key id in a file's name: keys are told apart by them, wherever they are taken. */
const NAME_ID_CHARS = 8;

/** Writes `root-1a2b3c4d.key` into the directory. */
export async function makeKey(
  directory: string,
  role: OfflineRole,
  passphrase: string | null,
): Promise<Result<NamedKey & { readonly path: string }, KeyDirectoryFailure>> {
  const key = await generatePrivateKey();
  const keyId = await keyIdOfPublic(key.public);
  const path = join(directory, `${role}-${keyId.slice(0, NAME_ID_CHARS)}.key`);
  const written = await writeNewKey(path, role, key, passphrase);
  return written.ok ? ok({ keyId, key: publicKeyOf(key.public), path }) : written;
}

/** The same into a file of any name: for a machine that holds nothing else. */
export async function makeKeyFile(
  path: string,
  role: OfflineRole,
  passphrase: string | null,
): Promise<Result<{ readonly keyId: string; readonly public: string }, KeyDirectoryFailure>> {
  const key = await generatePrivateKey();
  const written = await writeNewKey(path, role, key, passphrase);
  return written.ok ? ok({ keyId: await keyIdOfPublic(key.public), public: key.public }) : written;
}

export async function namedKey(publicHex: string): Promise<NamedKey> {
  const key = publicKeyOf(publicHex);
  return { keyId: await keyIdOf(key), key };
}

async function writeNewKey(
  path: string,
  role: OfflineRole,
  key: Parameters<typeof writeKeyFile>[2],
  passphrase: string | null,
): Promise<Result<void, KeyDirectoryFailure>> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return err({ reason: 'keys-exist', path });
  try {
    await writeKeyFile(path, role, key, passphrase);
    return ok();
  } catch (error) {
    return err({ reason: 'keys-unwritable', path, why: (error as Error).message });
  }
}

function publicKeyOf(publicHex: string) {
  return tufKey(fromHex(publicHex) ?? new Uint8Array());
}

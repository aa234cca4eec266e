/** One private key in one file, readable by its owner alone, never overwritten. */
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { fromHex } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { keyIdOf, type PrivateKey, tufKey } from '../../shared/trust/keys.ts';
import { KEY_FILE_MAX_BYTES } from '../limits.ts';
import { openSeed, sealedSeedSchema, sealSeed } from './seal.ts';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

const keyFileSchema = z
  .strictObject({
    format: z.literal('cistern-key/1'),
    role: z.enum(['root', 'targets']),
    public: hex32,
    /** Exactly one of the two: encrypted with a passphrase, or plain. */
    sealed: sealedSeedSchema.optional(),
    seed: hex32.optional(),
  })
  .refine((file) => (file.sealed === undefined) !== (file.seed === undefined), 'either sealed or seed');
export type KeyFile = z.infer<typeof keyFileSchema>;

export type KeyFileFailure =
  | { readonly reason: 'key-file-unreadable'; readonly path: string; readonly why: string }
  | { readonly reason: 'passphrase-needed'; readonly path: string }
  | { readonly reason: 'passphrase-wrong'; readonly path: string };

/** `passphrase` null keeps the key in plain text; the caller has made sure that this is wanted. */
export async function writeKeyFile(
  path: string,
  role: KeyFile['role'],
  key: PrivateKey,
  passphrase: string | null,
): Promise<void> {
  const common = { format: 'cistern-key/1', role, public: key.public };
  const file =
    passphrase === null
      ? { ...common, seed: key.seed }
      : { ...common, sealed: await sealSeed(key.seed, passphrase, `${role} ${key.public}`) };
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
}

export async function readKeyFile(path: string): Promise<Result<KeyFile, KeyFileFailure>> {
  const refuse = (why: string) => err({ reason: 'key-file-unreadable', path, why } as const);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return refuse(
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error),
    );
  }
  if (text.length > KEY_FILE_MAX_BYTES) return refuse('it is too large for a key file');
  try {
    const file = keyFileSchema.safeParse(JSON.parse(text));
    return file.success ? ok(file.data) : refuse('it is not a cistern-key/1 file');
  } catch {
    return refuse('it is not JSON');
  }
}

/** The private key of a file; asks for the passphrase only where one is needed. */
export async function openKeyFile(
  path: string,
  askPassphrase: () => Promise<string | null>,
): Promise<Result<PrivateKey, KeyFileFailure>> {
  const file = await readKeyFile(path);
  if (!file.ok) return file;
  const { role, sealed, seed } = file.value;
  if (seed !== undefined) return ok({ seed, public: file.value.public });
  if (sealed === undefined) throw new Error('a key file holds a seed one way or the other');
  const passphrase = await askPassphrase();
  if (passphrase === null) return err({ reason: 'passphrase-needed', path });
  const opened = await openSeed(sealed, passphrase, `${role} ${file.value.public}`);
  if (!opened.ok) return err({ reason: 'passphrase-wrong', path });
  return ok({ seed: opened.value, public: file.value.public });
}

/** The id root and delegations know a key by. */
export function keyIdOfPublic(publicHex: string): Promise<string> {
  return keyIdOf(tufKey(fromHex(publicHex) ?? new Uint8Array()));
}

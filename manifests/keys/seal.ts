/** Private keys at rest: scrypt over the passphrase (RFC 7914), AES-256-GCM over the seed. */
import { createCipheriv, createDecipheriv, randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import * as z from 'zod';
import { fromHex, toHex } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';

const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEED_BYTES = 32;
const KEY_BYTES = 32;

/** What a file may ask of the machine that opens it: at most 1 GiB for scrypt. */
const sealedSchema = z.strictObject({
  kdf: z.literal('scrypt'),
  /** Cost, a power of two; scrypt takes 128 * n * r bytes. */
  n: z.union([
    z.literal(2 ** 15),
    z.literal(2 ** 16),
    z.literal(2 ** 17),
    z.literal(2 ** 18),
    z.literal(2 ** 20),
  ]),
  r: z.literal(8),
  p: z.literal(1),
  salt: hexOf(SALT_BYTES),
  cipher: z.literal('aes-256-gcm'),
  nonce: hexOf(NONCE_BYTES),
  tag: hexOf(TAG_BYTES),
  sealed: z.string(),
});
export type SealedSeed = z.infer<typeof sealedSchema>;

/** So many seeds, one after the other. */
export const sealedSeedsSchema = (count: number) =>
  sealedSchema.extend({ sealed: hexOf(count * SEED_BYTES) });
export const sealedSeedSchema = sealedSeedsSchema(1);

/** 128 MiB and about half a second: what a guess costs. */
const COST = 2 ** 17;

/** `seed` in hex, or several one after the other. `context` is authenticated with it, so that one key's file cannot pass for another's. */
export async function sealSeed(seed: string, passphrase: string, context: string): Promise<SealedSeed> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const key = await deriveKey(passphrase, salt, COST);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(seed, 'hex'), cipher.final()]);
  return {
    kdf: 'scrypt',
    n: COST,
    r: 8,
    p: 1,
    salt: toHex(salt),
    cipher: 'aes-256-gcm',
    nonce: toHex(nonce),
    tag: toHex(cipher.getAuthTag()),
    sealed: toHex(sealed),
  };
}

/** The seed in hex; a wrong passphrase and a changed file cannot be told apart. */
export async function openSeed(
  sealed: SealedSeed,
  passphrase: string,
  context: string,
): Promise<Result<string, { readonly reason: 'passphrase-wrong' }>> {
  const key = await deriveKey(passphrase, bytesOf(sealed.salt), sealed.n);
  const decipher = createDecipheriv('aes-256-gcm', key, bytesOf(sealed.nonce), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytesOf(sealed.tag));
  try {
    return ok(toHex(Buffer.concat([decipher.update(bytesOf(sealed.sealed)), decipher.final()])));
  } catch {
    return err({ reason: 'passphrase-wrong' });
  }
}

function deriveKey(passphrase: string, salt: Uint8Array, n: number): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r: 8, p: 1, maxmem: 128 * n * 8 + 1024 * 1024 };
  return new Promise((resolve, reject) =>
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  );
}

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

/** Ed25519 keys as TUF writes them, and signers made of them. */
import { canonicalize } from '@tufjs/canonical-json';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import { sha256Hex } from '../digest.ts';

/** A public key in root and delegations (TUF 4.2). */
export type TufKey = {
  readonly keytype: 'ed25519';
  readonly scheme: 'ed25519';
  readonly keyval: { readonly public: string };
};

export type Signer = {
  readonly keyId: string;
  readonly key: TufKey;
  /** Ed25519 signature (64 bytes) of the given bytes. */
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
};

export function tufKey(rawPublicKey: Uint8Array): TufKey {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: toHex(rawPublicKey) } };
}

/** SHA-256 of the key's canonical form (TUF 4.2). */
export function keyIdOf(key: TufKey): Promise<string> {
  return sha256Hex(utf8(canonicalize(key)));
}

/** A private key at rest: the 32-byte Ed25519 seed and its public half, in hex. */
export type PrivateKey = { readonly seed: string; readonly public: string };

const PKCS8_ED25519_PREFIX = '302e020100300506032b657004220420';

/** A signer of a private key; throws for a key that is not one, which only a damaged key file can cause. */
export async function signerOf(privateKey: PrivateKey): Promise<Signer> {
  const seed = fromHex(privateKey.seed);
  const publicKey = fromHex(privateKey.public);
  if (seed?.length !== 32 || publicKey?.length !== 32) throw new Error('not an Ed25519 private key');
  const pkcs8 = fromHex(PKCS8_ED25519_PREFIX + privateKey.seed) as Uint8Array<ArrayBuffer>;
  const imported = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  const key = tufKey(publicKey);
  return {
    keyId: await keyIdOf(key),
    key,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign('Ed25519', imported, bytes)),
  };
}

/** A new key pair from the platform's randomness. */
export async function generatePrivateKey(): Promise<PrivateKey> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('Ed25519 gave no key pair');
  const pkcs8 = new Uint8Array((await crypto.subtle.exportKey('pkcs8', pair.privateKey)) as ArrayBuffer);
  const raw = new Uint8Array((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer);
  return { seed: toHex(pkcs8.subarray(pkcs8.length - 32)), public: toHex(raw) };
}

/** Signers of the key types that TUF clients know (TUF 4.2). */
import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { canonicalize } from '@tufjs/canonical-json';
import { utf8 } from '../../shared/bytes.ts';
import { sha256Hex } from '../../shared/digest.ts';
import { generatePrivateKey, signerOf } from '../../shared/trust/keys.ts';

export type AnyKey = {
  readonly keytype: string;
  readonly scheme: string;
  readonly keyval: { readonly public: string };
};
export type AnySigner = {
  readonly keyId: string;
  readonly key: AnyKey;
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;
};

export async function ed25519Signer(): Promise<AnySigner> {
  return signerOf(await generatePrivateKey());
}

/** A pool, because making keys is slow; tests take what they need from the front. */
export function ed25519Signers(count: number): Promise<AnySigner[]> {
  return Promise.all(Array.from({ length: count }, ed25519Signer));
}

export async function rsaPssSigner(): Promise<AnySigner> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return pemSigner('rsa', 'rsassa-pss-sha256', publicKey, (bytes) =>
    sign('sha256', bytes, {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  );
}

export async function ecdsaSigner(): Promise<AnySigner> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return pemSigner('ecdsa', 'ecdsa-sha2-nistp256', publicKey, (bytes) => sign('sha256', bytes, privateKey));
}

async function pemSigner(
  keytype: string,
  scheme: string,
  publicKey: KeyObject,
  signBytes: (bytes: Uint8Array) => Uint8Array,
): Promise<AnySigner> {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const key = { keytype, scheme, keyval: { public: pem } };
  return { keyId: await sha256Hex(utf8(canonicalize(key))), key, sign: async (bytes) => signBytes(bytes) };
}

/**
 * Signature thresholds (TUF 5.3.4, 5.6.3), by WebCrypto: @tufjs/models verifies through a form of node:crypto.verify
 * that workerd does not take, and would count every signature as missing.
 */
import { canonicalize } from '@tufjs/canonical-json';
import { fromHex, utf8 } from '../bytes.ts';
import type { TufKey } from './keys.ts';

export type KeyRole = { readonly keyids: readonly string[]; readonly threshold: number };

type Signed = {
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
  readonly signed: unknown;
};

/** Whether enough different keys of the role signed the metadata. Key ids must be those of their keys. */
export async function isSignedBy(
  role: KeyRole,
  keys: Readonly<Record<string, TufKey>>,
  metadata: Signed,
): Promise<boolean> {
  const signers = await signersOf(role, keys, metadata);
  return signers.length >= Math.max(1, role.threshold);
}

/** Those keys of the role that signed the metadata, each once. */
export async function signersOf(
  role: Pick<KeyRole, 'keyids'>,
  keys: Readonly<Record<string, TufKey>>,
  metadata: Signed,
): Promise<readonly string[]> {
  const bytes = canonicalBytes(metadata.signed);
  if (bytes === null) return [];
  const signers: string[] = [];
  for (const keyid of new Set(role.keyids)) {
    const key = Object.hasOwn(keys, keyid) ? keys[keyid] : undefined;
    const signature = metadata.signatures.find((candidate) => candidate.keyid === keyid);
    if (key !== undefined && signature !== undefined && (await verifies(key, signature.sig, bytes)))
      signers.push(keyid);
  }
  return signers;
}

async function verifies(key: TufKey, sig: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const publicKey = fromHex(key.keyval.public);
  const signature = fromHex(sig);
  if (publicKey?.length !== 32 || signature?.length !== 64) return false;
  try {
    const imported = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', imported, signature, bytes);
  } catch {
    return false;
  }
}

/** `null` for what canonical JSON cannot say, such as a fraction. */
function canonicalBytes(signed: unknown): Uint8Array<ArrayBuffer> | null {
  try {
    return utf8(canonicalize(signed));
  } catch {
    return null;
  }
}

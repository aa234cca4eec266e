/** SHA-256 in the spellings the protocols want. WebCrypto, so that Node, workerd and a browser compute the same. */
import { toBase64, toHex } from './bytes.ts';

export const SHA256_HEX = /^[0-9a-f]{64}$/;

export async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return toHex(await sha256(bytes));
}

/** `Content-Digest` and `Repr-Digest` field value (RFC 9530). */
export async function digestField(bytes: Uint8Array): Promise<string> {
  return digestFieldOf(await sha256(bytes));
}

/** The same of a SHA-256 that is known already. */
export function digestFieldOf(sha256: Uint8Array): string {
  return `sha-256=:${toBase64(sha256)}:`;
}

/** Metadata that says something else and is signed all the same: what an attacker with some keys can make. */
import type { Signer } from '../../shared/trust/keys.ts';
import { type SignedPart, signMetadata } from '../../shared/trust/sign.ts';

type Metadata = { readonly signed: SignedPart; readonly signatures: { keyid: string; sig: string }[] };

/** The same, after `change` of its signed part, signed by these. */
export function reSign(
  text: string,
  signers: readonly Signer[],
  change: (signed: Record<string, unknown>) => Record<string, unknown> = (signed) => signed,
): Promise<string> {
  const { signed } = JSON.parse(text) as Metadata;
  return signMetadata({ ...signed, ...change({ ...signed }) } as SignedPart, signers);
}

/** The same text with each of its signatures there twice. */
export function doubleSignatures(text: string): string {
  const { signatures, signed } = JSON.parse(text) as Metadata;
  return JSON.stringify({ signatures: [...signatures, ...signatures], signed });
}

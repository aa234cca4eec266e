/** Signing of TUF metadata: canonical JSON in, the file's exact text out. */
import { canonicalize } from '@tufjs/canonical-json';
import { toHex, utf8 } from '../bytes.ts';
import type { Signer } from './keys.ts';

export type SignedPart = Readonly<Record<string, unknown>> & {
  readonly _type: string;
  readonly version: number;
};

/** `{ signatures, signed }` as compact JSON, one signature a signer. */
export async function signMetadata(signed: SignedPart, signers: readonly Signer[]): Promise<string> {
  const bytes = utf8(canonicalize(signed));
  const signatures = await Promise.all(
    signers.map(async (signer) => ({ keyid: signer.keyId, sig: toHex(await signer.sign(bytes)) })),
  );
  return JSON.stringify({ signatures, signed });
}

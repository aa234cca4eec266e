/** Signatures on a request: added by who holds a key, merged where several signed copies of the same request. */
import { canonicalize } from '@tufjs/canonical-json';
import { toHex, utf8 } from '../../shared/bytes.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Signer } from '../../shared/trust/keys.ts';
import { signersOf } from '../../shared/trust/signed-by.ts';
import { judgesOf } from './judges.ts';
import type { SigningRequest } from './request.ts';

export type SignatureFailure =
  | { readonly reason: 'key-not-asked-for'; readonly keyId: string; readonly wanted: readonly string[] }
  | { readonly reason: 'requests-differ' };

type Signature = { readonly keyid: string; readonly sig: string };

/** Only keys that some judge of the request counts may sign it: anything else is the wrong key. */
export async function addSignature<R extends SigningRequest>(
  request: R,
  signer: Signer,
): Promise<Result<R, SignatureFailure>> {
  const wanted = judgesOf(request).flatMap(({ role }) => role.keyids);
  if (!wanted.includes(signer.keyId))
    return err({ reason: 'key-not-asked-for', keyId: signer.keyId, wanted: [...new Set(wanted)] });
  const sig = toHex(await signer.sign(utf8(canonicalize(request.next.signed))));
  return ok(withSignatures(request, [{ keyid: signer.keyId, sig }]));
}

/** The signatures of both that verify; refused where they are not copies of one request. */
export async function mergeSignatures<R extends SigningRequest>(
  request: R,
  copy: SigningRequest,
): Promise<Result<R, SignatureFailure>> {
  const isCopy =
    copy.kind === request.kind && canonicalize(copy.next.signed) === canonicalize(request.next.signed);
  if (!isCopy) return err({ reason: 'requests-differ' });
  return ok(withSignatures(request, await verifiedSignatures(request, copy)));
}

/** The judges' keys are those of `request`: a copy that was tampered with cannot bring its own. */
async function verifiedSignatures(request: SigningRequest, copy: SigningRequest): Promise<Signature[]> {
  const verified = new Set<string>();
  for (const { role, keys } of judgesOf(request)) {
    for (const keyId of await signersOf(role, keys, copy.next)) verified.add(keyId);
  }
  return copy.next.signatures.filter(({ keyid }) => verified.has(keyid));
}

function withSignatures<R extends SigningRequest>(request: R, added: readonly Signature[]): R {
  const signatures = new Map(
    [...request.next.signatures, ...added].map((signature) => [signature.keyid, signature]),
  );
  return { ...request, next: { ...request.next, signatures: [...signatures.values()] } };
}

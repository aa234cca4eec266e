/**
 * HTTP message signatures as reports carry them (RFC 9421): Ed25519 over method, path, content type and content
 * digest. One label, one fixed list of components, so that there is nothing to negotiate or to get wrong.
 */
import { fromBase64, toBase64, utf8 } from './bytes.ts';

const COMPONENTS = '("@method" "@path" "content-type" "content-digest")';
const LABEL = 'cistern';
const ED25519_SIGNATURE_BYTES = 64;

/** `Accept-Signature` of who wants such a signature (RFC 9421 section 5.1). */
export const ACCEPT_SIGNATURE = `${LABEL}=${COMPONENTS};created;alg="ed25519"`;

export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly contentDigest: string;
  /** Unix seconds. */
  readonly createdAt: number;
  readonly keyId: string;
};

/** The bytes that are signed (RFC 9421 section 2.5). */
export function signatureBase(request: SignedRequest): Uint8Array<ArrayBuffer> {
  return utf8(
    [
      `"@method": ${request.method}`,
      `"@path": ${request.path}`,
      `"content-type": ${request.contentType}`,
      `"content-digest": ${request.contentDigest}`,
      `"@signature-params": ${parameters(request)}`,
    ].join('\n'),
  );
}

function parameters(request: Pick<SignedRequest, 'createdAt' | 'keyId'>): string {
  return `${COMPONENTS};created=${request.createdAt};keyid="${request.keyId}";alg="ed25519"`;
}

/** Field values of `Signature-Input` and `Signature`. */
export function signatureFields(
  request: SignedRequest,
  signature: Uint8Array,
): { readonly 'signature-input': string; readonly signature: string } {
  return {
    'signature-input': `${LABEL}=${parameters(request)}`,
    signature: `${LABEL}=:${toBase64(signature)}:`,
  };
}

const INPUT =
  /^cistern=\("@method" "@path" "content-type" "content-digest"\);created=(\d{1,12});keyid="([0-9a-f]{64})";alg="ed25519"$/;
const SIGNATURE = /^cistern=:([A-Za-z0-9+/=]{88}):$/;

/** What the two fields say, or `null` where they are not exactly of our form. */
export function readSignatureFields(
  input: string,
  signature: string,
): {
  readonly createdAt: number;
  readonly keyId: string;
  readonly signature: Uint8Array<ArrayBuffer>;
} | null {
  const said = INPUT.exec(input);
  const bytes = fromBase64(SIGNATURE.exec(signature)?.[1] ?? '-');
  if (said === null || bytes?.length !== ED25519_SIGNATURE_BYTES) return null;
  return { createdAt: Number(said[1]), keyId: said[2] ?? '', signature: bytes };
}

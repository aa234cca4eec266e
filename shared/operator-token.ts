/**
 * Operator tokens: `cistern_<id>_<secret>`. Who asks for a token makes it and sends its SHA-256, so that a repository
 * never holds the secret, an answer that was lost is asked for again, and no answer can be read over a shoulder.
 */
import { toBase64, toHex } from './bytes.ts';

/** What a token may be made for. `admin`, which makes tokens, is of the root token and of nobody who has one of these. */
export const TOKEN_SCOPES = ['read', 'rollout', 'publish'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export const TOKEN_ID = /^[0-9a-f]{16}$/;
const ID_BYTES = 8;
const SECRET_BYTES = 32;
const TOKEN = /^cistern_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** The id in a token of this form; `null` for other texts, as the root token is one. */
export function operatorTokenId(token: string): string | null {
  return TOKEN.exec(token)?.[1] ?? null;
}

/** `random` gives so many bytes from a cryptographic source. */
export function makeOperatorToken(random: (lengthBytes: number) => Uint8Array): {
  readonly id: string;
  readonly token: string;
} {
  const id = toHex(random(ID_BYTES));
  const secret = toBase64(random(SECRET_BYTES)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return { id, token: `cistern_${id}_${secret}` };
}

/** The operator's bearer token: compared as digests, in constant time. */

import { utf8 } from '../../shared/bytes.ts';
import { sha256 } from '../../shared/digest.ts';
import { TOKEN_MAX_CHARS } from '../limits.ts';

const BEARER = /^Bearer ([\x21-\x7e]+)$/i;

/** Whether the Authorization field carries the token whose SHA-256 is given. */
export async function isOperator(
  authorization: string | null,
  tokenSha256: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const token = BEARER.exec(authorization ?? '')?.[1] ?? '';
  if (token === '' || token.length > TOKEN_MAX_CHARS) return false;
  return crypto.subtle.timingSafeEqual(await sha256(utf8(token)), tokenSha256);
}

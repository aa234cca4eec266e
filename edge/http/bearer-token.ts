/** The token of an Authorization field (RFC 6750 section 2.1); `null` for other schemes, and for what is overlong. */
import { TOKEN_MAX_CHARS } from '../limits.ts';

const BEARER = /^Bearer ([\x21-\x7e]+)$/i;

export function bearerToken(authorization: string | null): string | null {
  const token = BEARER.exec(authorization ?? '')?.[1] ?? '';
  return token === '' || token.length > TOKEN_MAX_CHARS ? null : token;
}

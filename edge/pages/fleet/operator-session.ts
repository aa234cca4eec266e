/**
 * Who looks at the fleet: an operator's token in a cookie that no script reads and no other site's request carries, or
 * Cloudflare Access. Everything is asked of the API with the very token, so that nothing is allowed here that is not
 * allowed there.
 */
import { SESSION_MAX_SECONDS } from '../limits.ts';

/** Set for `/fleet` alone: the rest of the site never sees it. */
const COOKIE = '__Secure-cistern-operator';
const ATTRIBUTES = 'Path=/fleet; HttpOnly; Secure; SameSite=Strict';
/** RFC 6265 section 4.1.1; a token with other characters is none of ours. */
const TOKEN = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

export function sessionCookie(token: string): string {
  return `${COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${SESSION_MAX_SECONDS}`;
}

export const endedSessionCookie = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;

export function isCookieValue(token: string): boolean {
  return TOKEN.test(token);
}

/** The token of the session; `null` where there is none. */
export function sessionToken(cookies: string | null): string | null {
  for (const pair of (cookies ?? '').split(';')) {
    const [name = '', value = ''] = pair.trim().split('=', 2);
    if (name === COOKIE && value !== '' && TOKEN.test(value)) return value;
  }
  return null;
}

/** The fields by which the API knows who asks: the request's own, of the session, or of Access; none of a stranger. */
export function credentialsOf(request: Request): Readonly<Record<string, string>> {
  const authorization = request.headers.get('authorization');
  if (authorization !== null) return { authorization };
  const token = sessionToken(request.headers.get('cookie'));
  if (token !== null) return { authorization: `Bearer ${token}` };
  const assertion = request.headers.get('cf-access-jwt-assertion');
  return assertion === null ? {} : { 'cf-access-jwt-assertion': assertion };
}

/**
 * Whether a form was sent by a page of ours. SameSite keeps other sites' forms from carrying the cookie; this holds
 * where a browser does not know it, and for Access, whose cookie we do not set.
 */
export function isFromOurPages(request: Request): boolean {
  return request.headers.get('origin') === new URL(request.url).origin;
}

/**
 * Which addresses may be asked. Plain HTTP stays on this machine: everything we fetch is signed or hashed, but
 * which model asks, and when, is nobody else's business, and a report is not signed for secrecy. Chunks from a mirror
 * that was named are the exception: within a network of one's own they may come in the clear.
 */
import { err, ok, type Result } from '../../shared/result.ts';
import type { AddressRefusal, HttpFailure } from './http.ts';
import { SHOWN_URL_MAX_CHARS } from './limits.ts';

export type AddressPolicy = {
  readonly allowInsecure: boolean;
  /** Plain HTTP to addresses that no router of the internet forwards to. */
  readonly allowPrivate?: boolean | undefined;
};

export function parseAddress(text: string, policy: AddressPolicy): Result<URL, HttpFailure> {
  if (!URL.canParse(text)) return refuse(text, 'not-an-address');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return refuse(url.host, 'credentials-in-address');
  if (url.protocol === 'https:') return ok(url);
  if (url.protocol !== 'http:') return refuse(text, 'not-http');
  if (policy.allowInsecure || isLoopback(url.hostname)) return ok(url);
  if (policy.allowPrivate === true && isPrivate(url.hostname)) return ok(url);
  return refuse(text, 'plain-http-to-another-machine');
}

/** Where a `Location` field leads from `from` (RFC 9110 section 10.2.2), if it may lead there. */
export function parseRedirect(location: string, from: URL, policy: AddressPolicy): Result<URL, HttpFailure> {
  if (!URL.canParse(location, from.href)) return refuse(location, 'not-an-address');
  const target = new URL(location, from.href);
  if (target.protocol !== from.protocol) return refuse(location, 'redirect-to-another-scheme');
  // What listens here trusts this machine: whoever it asks may not send it there.
  if (isLoopback(target.hostname) && !isLoopback(from.hostname))
    return refuse(location, 'redirect-to-this-machine');
  // A mirror may lead to another path of its own, not to another machine that nobody named.
  const allowPrivate = policy.allowPrivate === true && target.host === from.host;
  return parseAddress(target.href, { ...policy, allowPrivate });
}

/** `ftp://nas/fw`, and not `192.0.2.1:3128` or a path (RFC 3986 section 3.1). */
export function namesScheme(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** `URL` has already written every spelling of an IPv4 address as four decimal numbers. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Private (RFC 1918, RFC 4193) and link-local (RFC 3927, RFC 4291 section 2.5.6), as numbers: what a name stands for
 * is for others to say.
 */
export function isPrivate(hostname: string): boolean {
  if (/^\[f[cd][0-9a-f]{2}:|^\[fe[89ab][0-9a-f]:/.test(hostname)) return true;
  const [first, second, ...rest] = /^\d+(\.\d+){3}$/.test(hostname) ? hostname.split('.').map(Number) : [];
  if (first === undefined || second === undefined || rest.length !== 2) return false;
  if (first === 172) return second >= 16 && second <= 31;
  return first === 10 || (first === 192 && second === 168) || (first === 169 && second === 254);
}

export function shownUrl(url: string): string {
  return url.slice(0, SHOWN_URL_MAX_CHARS);
}

function refuse(url: string, why: AddressRefusal): Result<URL, HttpFailure> {
  return err({ reason: 'address-refused', url: shownUrl(url), why });
}

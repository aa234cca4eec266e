/**
 * Cloudflare Access as a second door: the JWT it adds to what it lets through, verified against the team's keys. The
 * field itself proves nothing, since anybody can send it past Access.
 */
import { verifyWithJwks } from 'hono/jwt';
import * as z from 'zod';
import { ACCESS_ASSERTION_MAX_CHARS, ACCESS_KEYS_KEPT_MS, ACCESS_KEYS_MAX } from '../limits.ts';
import type { Caller, Scope } from './caller.ts';

export type Access = {
  /** `https://<team>.cloudflareaccess.com`: issuer of the tokens, and where its keys are. */
  readonly teamOrigin: string;
  /** The application's audience tag. */
  readonly audience: string;
  /** What everybody may whom Access lets through. */
  readonly scopes: ReadonlySet<Scope>;
  readonly fetchKeys: (url: string) => Promise<Response>;
  /** The caller's, one an isolate. */
  readonly memo: AccessKeysMemo;
};

export type AccessKeysMemo = { keys: readonly AccessKey[]; readAtMs: number };

const FIELD = 'cf-access-jwt-assertion';

const accessKeySchema = z.object({
  kid: z.string(),
  kty: z.literal('RSA'),
  alg: z.literal('RS256'),
  n: z.string(),
  e: z.string(),
});
type AccessKey = z.infer<typeof accessKeySchema>;
const keySetSchema = z.object({ keys: z.array(accessKeySchema).min(1).max(ACCESS_KEYS_MAX) });

/** A person's e-mail address, or the name of a service token. */
const claimsSchema = z.object({
  exp: z.number(),
  nbf: z.number().optional(),
  email: z.string().max(150).optional(),
  common_name: z.string().max(150).optional(),
});

/**
 * `null` for who has no assertion, or one that does not verify. A page elsewhere can make a browser send its cookie
 * along, so what changes something has to come from our own origin.
 */
export async function identifyByAccess(
  request: Request,
  access: Access,
  nowMs: number,
): Promise<Caller | null> {
  const assertion = request.headers.get(FIELD);
  if (assertion === null || assertion.length > ACCESS_ASSERTION_MAX_CHARS) return null;
  if (isFromAnotherOrigin(request)) return null;
  const claims = claimsSchema.safeParse(await verified(assertion, access, nowMs));
  if (!claims.success) return null;
  const { exp, nbf = 0, email, common_name } = claims.data;
  if (nowMs >= exp * 1000 || nowMs < nbf * 1000) return null;
  const who = email ?? common_name;
  return who === undefined || who === '' ? null : { actor: `access ${who}`, scopes: access.scopes };
}

function isFromAnotherOrigin(request: Request): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false;
  const origin = request.headers.get('origin');
  return origin !== null && origin !== new URL(request.url).origin;
}

/** The payload; `null` where the signature, issuer or audience is another. Expiry is judged by the Worker's clock. */
async function verified(assertion: string, access: Access, nowMs: number): Promise<unknown> {
  const keys = await currentKeys(access, nowMs);
  const verification = {
    iss: access.teamOrigin,
    aud: access.audience,
    exp: false,
    nbf: false,
    iat: false,
  };
  const options = { keys: [...keys], verification, allowedAlgorithms: ['RS256'] as const };
  return verifyWithJwks(assertion, options).catch(() => null);
}

/** The team's keys, read once an hour: Access changes them every six weeks and signs with the old ones for a while. */
async function currentKeys({ teamOrigin, fetchKeys, memo }: Access, nowMs: number) {
  if (memo.keys.length > 0 && nowMs - memo.readAtMs < ACCESS_KEYS_KEPT_MS) return memo.keys;
  try {
    const answer = await fetchKeys(`${teamOrigin}/cdn-cgi/access/certs`);
    memo.keys = keySetSchema.parse(await answer.json()).keys;
    memo.readAtMs = nowMs;
  } catch (error) {
    // Keys that were good an hour ago are better than nobody at the door.
    console.error(JSON.stringify({ event: 'access-keys-unreadable', message: String(error) }));
  }
  return memo.keys;
}

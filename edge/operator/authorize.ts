/**
 * Who a request comes from: the root token, whose digest is a secret of the Worker and which works while D1 does not;
 * a token of the table; or a person whom Cloudflare Access let through. Digests are compared in constant time.
 */
import { fromHex, utf8 } from '../../shared/bytes.ts';
import { sha256 } from '../../shared/digest.ts';
import { operatorTokenId } from '../../shared/operator-token.ts';
import { bearerToken } from '../http/bearer-token.ts';
import { readTokenRow } from '../store/token-rows.ts';
import { type Access, identifyByAccess } from './access.ts';
import { type Caller, ROOT_CALLER } from './caller.ts';

export type Authority = {
  readonly db: D1Database;
  readonly operatorTokenSha256: Uint8Array<ArrayBuffer>;
  /** `null` where Access is not set up. */
  readonly access: Access | null;
  readonly nowMs: () => number;
};

/** `null` for a stranger: no token, a wrong, expired or revoked one. Which of these it was is not said. */
export async function identifyCaller(request: Request, authority: Authority): Promise<Caller | null> {
  const authorization = request.headers.get('authorization');
  if (authorization !== null) return identifyByToken(authorization, authority);
  return authority.access === null ? null : identifyByAccess(request, authority.access, authority.nowMs());
}

async function identifyByToken(authorization: string, authority: Authority): Promise<Caller | null> {
  const token = bearerToken(authorization);
  if (token === null) return null;
  const digest = await sha256(utf8(token));
  if (crypto.subtle.timingSafeEqual(digest, authority.operatorTokenSha256)) return ROOT_CALLER;
  const id = operatorTokenId(token);
  const row = id === null ? null : await readTokenRow(authority.db, id);
  if (row === null || !crypto.subtle.timingSafeEqual(digest, digestOf(row.sha256))) return null;
  const isGood = row.revokedAt === null && authority.nowMs() < Date.parse(row.expiresAt);
  return isGood ? { actor: `token ${row.id} (${row.name})`, scopes: new Set(row.scopes) } : null;
}

function digestOf(hex: string): Uint8Array<ArrayBuffer> {
  return fromHex(hex) as Uint8Array<ArrayBuffer>;
}

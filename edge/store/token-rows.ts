/** The `operator_tokens` table: who may do what, by digests. */
import * as z from 'zod';
import { type OperatorToken, type TokenRequest, tokenSchema } from '../../shared/operator-api.ts';

const rowSchema = tokenSchema.extend({ sha256: z.string() });
type TokenRow = z.infer<typeof rowSchema>;

const COLUMNS = `id, name, scopes, token_sha256 AS sha256, created_at AS createdAt, created_by AS createdBy,
  expires_at AS expiresAt, revoked_at AS revokedAt, replaces`;

export async function readTokenRow(db: D1Database, id: string): Promise<TokenRow | null> {
  const row = await db.prepare(`SELECT ${COLUMNS} FROM operator_tokens WHERE id = ?`).bind(id).first();
  return row === null ? null : read(row);
}

/** Newest first. */
export async function listTokenRows(db: D1Database, limit: number): Promise<OperatorToken[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM operator_tokens ORDER BY created_at DESC, id LIMIT ?`)
    .bind(limit)
    .all();
  return results.map((row) => withoutDigest(read(row)));
}

/**
 * Writes a token that is not there yet, and lets the one it replaces end at `replacedEndsAt`, both or neither. Whether
 * it was written: an id that is taken, or a full table, writes nothing.
 */
export async function insertTokenRow(
  db: D1Database,
  token: TokenRequest & { readonly createdAt: string; readonly createdBy: string },
  bounds: { readonly replacedEndsAt: string; readonly rowsMax: number; readonly forgetBefore: string },
): Promise<boolean> {
  const { id, name, scopes, sha256, createdAt, createdBy, expiresAt, replaces } = token;
  const [, inserted] = await db.batch([
    db.prepare('DELETE FROM operator_tokens WHERE expires_at < ?').bind(bounds.forgetBefore),
    db
      .prepare(
        `INSERT INTO operator_tokens (id, name, scopes, token_sha256, created_at, created_by, expires_at, replaces)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM operator_tokens) < ?9
         ON CONFLICT (id) DO NOTHING RETURNING id`,
      )
      .bind(
        id,
        name,
        JSON.stringify(scopes),
        sha256,
        createdAt,
        createdBy,
        expiresAt,
        replaces,
        bounds.rowsMax,
      ),
    db
      .prepare(
        `UPDATE operator_tokens SET expires_at = min(expires_at, ?1)
         WHERE id = (SELECT replaces FROM operator_tokens WHERE id = ?2 AND token_sha256 = ?3 AND created_at = ?4)`,
      )
      .bind(bounds.replacedEndsAt, id, sha256, createdAt),
  ]);
  return (inserted?.results.length ?? 0) > 0;
}

/** The token as it is now, and whether this call revoked it; `null` where there is none of this id. */
export async function revokeTokenRow(
  db: D1Database,
  id: string,
  revokedAt: string,
): Promise<{ readonly token: OperatorToken; readonly isChanged: boolean } | null> {
  const changed = await db
    .prepare(`UPDATE operator_tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING id`)
    .bind(id, revokedAt)
    .first();
  const row = await readTokenRow(db, id);
  return row === null ? null : { token: withoutDigest(row), isChanged: changed !== null };
}

function read(row: Record<string, unknown>): TokenRow {
  return rowSchema.parse({ ...row, scopes: JSON.parse(String(row.scopes)) });
}

export function withoutDigest({ sha256: _, ...token }: TokenRow): OperatorToken {
  return token;
}

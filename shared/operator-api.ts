/**
 * The operator's side of the HTTP API as both ends write it: what `cistern-repo publish --to URL` sends and the
 * Worker takes. All requests carry `Authorization: Bearer <operator token>`.
 *
 * PUT  /v1/operator/root/{n}.root.json                               signed root, text
 * POST /v1/operator/chunks/missing                                   chunkQuerySchema -> missingChunksSchema
 * PUT  /v1/operator/chunks/{id[0:4]}/{id}.cacnk                      one compressed chunk
 * PUT  /v1/operator/models/{vendor}/{model}/targets/{target path}    one target, at its consistent path
 * PUT  /v1/operator/models/{vendor}/{model}/metadata/{n}.targets.json  signed targets: makes the release visible
 * PUT  /v1/operator/models/{vendor}/{model}/rollout                  rolloutSchema (rollout.ts), signed by the Worker
 * GET  /v1/operator/reports?model=…&since=…&until=…&before=…&limit=…  reportListSchema
 * GET, POST /v1/operator/tokens                                      tokenListSchema; tokenRequestSchema -> tokenSchema
 * DELETE /v1/operator/tokens/{id}                                    tokenSchema
 * GET  /v1/operator/audit?before=…&limit=…                           auditListSchema
 *
 * A PUT answers 201 when it stored, 200 when the same bytes were there, 409 when other bytes were. The rollout alone is
 * replaced: `If-Match` with the ETag of the document that was read (`"sha256-<hex>"`) guards what others changed since;
 * 412 where another one is in force.
 */
import * as z from 'zod';
import { SHA256_HEX } from './digest.ts';
import { TOKEN_ID, TOKEN_SCOPES } from './operator-token.ts';
import { reportSchema } from './telemetry.ts';

/** One question costs one R2 look-up an id; a free plan allows 50 a request. */
export const CHUNK_QUERY_MAX = 45;

const chunkId = z.string().regex(SHA256_HEX);

export const chunkQuerySchema = z.strictObject({ ids: z.array(chunkId).min(1).max(CHUNK_QUERY_MAX) });
export const missingChunksSchema = z.strictObject({ missing: z.array(chunkId).max(CHUNK_QUERY_MAX) });

export const REPORT_LIST_MAX = 200;
export const reportListSchema = z.strictObject({
  reports: z
    .array(z.strictObject({ receivedAt: z.iso.datetime(), report: reportSchema }))
    .max(REPORT_LIST_MAX),
  /** The `before` of the page after it; `null` on the last. */
  next: z.string().max(80).nullable(),
});

const tokenId = z.string().regex(TOKEN_ID);

/** How long a token may be good for: it is rotated once a year. */
export const TOKEN_MAX_DAYS = 400;
export const TOKEN_LIST_MAX = 300;

/** A token as who made it asks for it. The same request twice is one token. */
export const tokenRequestSchema = z.strictObject({
  id: tokenId,
  /** Whose it is, for lists and for the audit log. */
  name: z.string().regex(/^[^\p{C}]{1,80}$/u),
  scopes: z
    .array(z.enum(TOKEN_SCOPES))
    .min(1)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'a scope stands here twice'),
  expiresAt: z.iso.datetime(),
  /** Of the whole token, as text. */
  sha256: z.string().regex(SHA256_HEX),
  /** The token whose place it takes: that one is good for another day at most. */
  replaces: tokenId.nullable(),
});
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

/** A token as it is listed; nothing in it opens anything. */
export const tokenSchema = tokenRequestSchema.omit({ sha256: true }).extend({
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  revokedAt: z.iso.datetime().nullable(),
});
export type OperatorToken = z.infer<typeof tokenSchema>;

export const tokenListSchema = z.strictObject({ tokens: z.array(tokenSchema).max(TOKEN_LIST_MAX) });

export const AUDIT_LIST_MAX = 200;

/** One thing that was done, or was refused to who is known. */
export const auditEntrySchema = z.strictObject({
  /** Made where it happened: an entry that is delivered twice is one. */
  id: z.uuid(),
  at: z.iso.datetime(),
  /** `root token`, `token <id> (<name>)`, `access <who>`, `auto-halt`. */
  actor: z.string().max(200),
  /** `rollout.halted`, `token.created`; the noun and what became of it. */
  action: z.string().regex(/^[a-z]+\.[a-z]+$/),
  /** A model, `model version`, a token's id, a root's file name. */
  target: z.string().max(300),
  /** `done`: something changed. `unchanged`: it was so already. */
  outcome: z.enum(['done', 'unchanged', 'refused', 'failed']),
  /** Of the HTTP answer; 0 where there was no request. */
  status: z.int().nonnegative(),
  detail: z.string().max(1200),
  requestId: z.string().max(100),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Newest first; `next` is the `before` of the page after it, `null` on the last. */
export const auditListSchema = z.strictObject({
  entries: z.array(auditEntrySchema).max(AUDIT_LIST_MAX),
  next: z.int().positive().nullable(),
});

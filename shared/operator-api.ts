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
 * GET  /v1/operator/reports?model=…&limit=…                          reportListSchema
 *
 * A PUT answers 201 when it stored, 200 when the same bytes were there, 409 when other bytes were. The rollout alone is
 * replaced: `If-Match` with the ETag of the document that was read (`"sha256-<hex>"`) guards what others changed since;
 * 412 where another one is in force.
 */
import * as z from 'zod';
import { SHA256_HEX } from './digest.ts';
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
});

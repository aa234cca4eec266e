/** `GET /v1/operator/audit`: who did what, newest first. Nothing here writes or removes an entry. */
import * as z from 'zod';
import { AUDIT_LIST_MAX } from '../../shared/operator-api.ts';
import { jsonAnswer, NEVER, readQuery, whenOk } from '../http/answer.ts';
import { AUDIT_PAGE_DEFAULT, AUDIT_TARGET_MAX_CHARS } from '../limits.ts';
import { listAuditEntries } from '../store/audit-rows.ts';

export const auditQuerySchema = z.strictObject({
  before: z.coerce.number().int().positive().optional(),
  target: z.string().min(1).max(AUDIT_TARGET_MAX_CHARS).optional(),
  limit: z.coerce.number().int().min(1).max(AUDIT_LIST_MAX).default(AUDIT_PAGE_DEFAULT),
});

export function getAudit(db: D1Database, request: Request): Promise<Response | null> {
  return whenOk(readQuery(request.url, auditQuerySchema), async ({ before, target, limit }) =>
    jsonAnswer(await listAuditEntries(db, { before: before ?? null, target: target ?? null, limit }), NEVER),
  );
}

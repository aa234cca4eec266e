/** What travels through the queue: reports as they came, and audit entries that D1 did not take at once. */
import * as z from 'zod';
import { REPORT_MAX_BYTES } from '../../shared/limits.ts';
import { type AuditEntry, auditEntrySchema } from '../../shared/operator-api.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Report, reportSchema } from '../../shared/telemetry.ts';

/** A report as it was delivered, so that whoever reads the archive can verify it once more. */
export const receivedReportSchema = z.strictObject({
  kind: z.literal('report'),
  receivedAt: z.iso.datetime(),
  /** The exact text that was signed. */
  body: z.string().max(REPORT_MAX_BYTES),
  /** The fields `Signature-Input` and `Signature` (RFC 9421). */
  signatureInput: z.string().max(500),
  signature: z.string().max(500),
});
export type ReceivedReport = z.infer<typeof receivedReportSchema>;

export const queuedSchema = z.discriminatedUnion('kind', [
  receivedReportSchema,
  z.strictObject({ kind: z.literal('audit'), entry: auditEntrySchema }),
]);
export type Queued = z.infer<typeof queuedSchema>;

export type ReadMessage =
  | { readonly kind: 'report'; readonly received: ReceivedReport; readonly report: Report }
  | { readonly kind: 'audit'; readonly entry: AuditEntry };

/** What a message says; where it is of another version of this Worker, or not ours, why it cannot be read. */
export function readMessage(body: unknown): Result<ReadMessage, { readonly why: string }> {
  const queued = queuedSchema.safeParse(body);
  if (!queued.success) return err({ why: queued.error.message });
  if (queued.data.kind === 'audit') return ok(queued.data);
  const report = reportText.safeParse(queued.data.body);
  if (!report.success) return err({ why: report.error.message });
  return ok({ kind: 'report', received: queued.data, report: report.data });
}

const reportText = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'the body is no JSON' });
      return z.NEVER;
    }
  })
  .pipe(reportSchema);

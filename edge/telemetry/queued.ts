/** What travels through the queue: reports as they came, and audit entries that D1 did not take at once. */
import * as z from 'zod';
import { REPORT_MAX_BYTES } from '../../shared/limits.ts';
import { auditEntrySchema } from '../../shared/operator-api.ts';

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

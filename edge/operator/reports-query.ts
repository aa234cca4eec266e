/** The query of `GET /v1/operator/reports`. */
import * as z from 'zod';
import { modelIdSchema } from '../../shared/catalogue.ts';
import { REPORT_LIST_MAX } from '../../shared/operator-api.ts';
import { REPORTS_PAGE_DEFAULT } from '../limits.ts';
import type { ReportCursor } from '../store/report-rows.ts';

export const reportsQuerySchema = z.strictObject({
  model: modelIdSchema.optional(),
  /** Received at this instant or later, and before that one. */
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  /** `next` of the page before. */
  before: z
    .string()
    .max(80)
    .refine((text) => parseCursor(text) !== null, 'not the `next` of a page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(REPORT_LIST_MAX).default(REPORTS_PAGE_DEFAULT),
});
export type ReportsQuery = z.infer<typeof reportsQuerySchema>;

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

export function parseCursor(text: string): ReportCursor | null {
  const parts = cursorSchema.safeParse(text.split('_'));
  return parts.success ? { receivedAt: parts.data[0], id: parts.data[1] } : null;
}

export function cursorText({ receivedAt, id }: ReportCursor): string {
  return `${receivedAt}_${id}`;
}

/** The query of `GET /v1/operator/reports`. */
import * as z from 'zod';
import { modelIdSchema } from '../../shared/catalogue.ts';
import { REPORT_LIST_MAX } from '../../shared/operator-api.ts';
import { REPORTS_PAGE_DEFAULT } from '../limits.ts';

export const reportsQuerySchema = z.strictObject({
  model: modelIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(REPORT_LIST_MAX).default(REPORTS_PAGE_DEFAULT),
});

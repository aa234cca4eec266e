/** The answer of `GET /healthz`. */
import * as z from 'zod';

export const healthSchema = z.strictObject({
  status: z.enum(['ok', 'failing']),
  checks: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), found: z.string() })),
});

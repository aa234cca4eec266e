/** Problem details as they travel (RFC 9457). The edge makes them; the updater and the publisher read them. */
import * as z from 'zod';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Loose on purpose: a client that cannot read an error should still show its status. */
export const problemSchema = z.looseObject({
  type: z.string().max(500),
  title: z.string().max(500),
  status: z.int().min(400).max(599),
  detail: z.string().max(4000).optional(),
  code: z.string().max(100).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

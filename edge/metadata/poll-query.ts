/** The query of a poll: what the device has. */
import * as z from 'zod';

const version = z
  .string()
  .regex(/^\d{1,15}$/, 'a version number')
  .transform(Number);

/** `timestamp=0`: I have none. */
export const pollQuerySchema = z.strictObject({ root: version, timestamp: version });
export type PollQuery = z.infer<typeof pollQuerySchema>;

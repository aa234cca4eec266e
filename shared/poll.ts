/**
 * One poll = one request: `GET /v1/models/{vendor}/{model}/poll?root=N&timestamp=N` answers with all the metadata
 * a device lacks. Members are the exact texts of the TUF files (their hashes must hold), absent when the device
 * has them already; an unchanged poll is `{}`-sized.
 */
import * as z from 'zod';
import {
  ROLLOUT_MAX_BYTES,
  ROOT_MAX_BYTES,
  ROOT_ROTATIONS_MAX,
  SNAPSHOT_MAX_BYTES,
  TARGETS_MAX_BYTES,
  TIMESTAMP_MAX_BYTES,
} from './limits.ts';

export const pollAnswerSchema = z.strictObject({
  format: z.literal('cistern-poll/1'),
  /** Roots after the device's own, oldest first. */
  roots: z.array(z.string().max(ROOT_MAX_BYTES)).max(ROOT_ROTATIONS_MAX).optional(),
  timestamp: z.string().max(TIMESTAMP_MAX_BYTES).optional(),
  snapshot: z.string().max(SNAPSHOT_MAX_BYTES).optional(),
  targets: z.string().max(TARGETS_MAX_BYTES).optional(),
  /** Metadata of the delegated `rollout` role. */
  rollout: z.string().max(ROLLOUT_MAX_BYTES).optional(),
});
export type PollAnswer = z.infer<typeof pollAnswerSchema>;

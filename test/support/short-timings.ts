/** The updater's waits, shortened for a modem that answers at once. The order of things stays the same. */
import type { UpdateTimings } from '../../device/update/limits.ts';

export const SHORT_TIMINGS: UpdateTimings = {
  sahara: { helloMs: 60, replyMs: 300, writeMs: 300 },
  firehose: {
    firstLogMs: 60,
    startQuietMs: 10,
    quietMs: 1,
    writeMs: 300,
    replyMs: 300,
    eraseMs: 600,
    programDoneMs: 600,
    rawReadMs: 300,
    leaveMs: 300,
  },
  versionRetryMs: 1,
  lookIntervalMs: 2,
  reenumerationMs: 500,
  edlAttempts: 3,
  edlRetryMs: 1,
  returnMs: 1_500,
  recoveryMs: 300,
  recoveryIntervalMs: 10,
};

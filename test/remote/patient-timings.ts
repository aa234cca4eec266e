/** The updater's waits for a modem that is reached through processes and sockets of a machine that is busy. */
import type { UpdateTimings } from '../../device/update/limits.ts';
import { SHORT_TIMINGS } from '../support/short-timings.ts';

export const PATIENT_TIMINGS: UpdateTimings = {
  ...SHORT_TIMINGS,
  sahara: { helloMs: 2_000, replyMs: 5_000, writeMs: 5_000 },
  firehose: {
    ...SHORT_TIMINGS.firehose,
    firstLogMs: 1_000,
    startQuietMs: 300,
    quietMs: 50,
    writeMs: 5_000,
    replyMs: 5_000,
    eraseMs: 5_000,
    programDoneMs: 5_000,
    rawReadMs: 5_000,
    leaveMs: 2_000,
  },
  lookIntervalMs: 100,
  edlRetryMs: 200,
  reenumerationMs: 20_000,
  returnMs: 30_000,
  recoveryMs: 20_000,
  recoveryIntervalMs: 200,
};

/** Bounds of an update attempt, with their units, and the waits that tests shorten. */
import { DEFAULT_FIREHOSE_TIMINGS, type FirehoseTimings } from '../firehose/limits.ts';
import { DEFAULT_SAHARA_TIMINGS, type SaharaTimings } from '../sahara/limits.ts';

/** Sessions with the programmer from the first erase on; each begins at the first erase again. */
export const FLASH_ATTEMPTS_MAX = 6;
/** Times one partition is programmed in a session: again where it was refused, or its read-back differed. */
export const PARTITION_ATTEMPTS_MAX = 3;
/** A modem that comes back in EDL although all was read back is flashed once more. */
export const CONFIRM_ATTEMPTS_MAX = 2;
/** Stale Sahara sessions are reset and opened again this often. */
export const GREETINGS_MAX = 4;
/** Of fastboot: one answer, and the INFO before the last one. */
export const FASTBOOT_ANSWER_MAX_BYTES = 64;
export const FASTBOOT_ANSWERS_MAX = 16;
/** Crash dumps that are ended while one return of the modem is awaited; firmware that crashes more often does not start. */
export const CRASH_DUMPS_MAX = 3;
/** Settings are put back, the modem restarted, and what is then still worse is put back again. */
export const PUT_BACK_ROUNDS_MAX = 3;
/** What an uplink that roams or is metered may cost without a word: metadata, a chunk. */
export const METERED_FREE_BYTES = 100_000;
export const JOURNAL_MAX_BYTES = 64 * 1024;
/** What a download has cost is written down this often: a kill hides no more, and each costs a write that waits for the disk. */
export const SPENT_STEP_BYTES = 4 * 1024 * 1024;
/** Steps from version to version that are remembered to have failed on one modem. */
export const FAILED_RELEASES_MAX = 32;
/** Attempts that come to nothing in EDL before runs that nobody watches leave the release alone. */
export const FAILURES_IN_EDL_MAX = 3;
/** Looks at a lock that others take and give back meanwhile. */
export const LOCK_ATTEMPTS_MAX = 8;
/** Locks on the way to a lock: each is left by an updater that died within the moment of taking the one before. */
export const LOCK_GUARDS_MAX = 4;

export type UpdateTimings = {
  readonly sahara: SaharaTimings;
  readonly firehose: FirehoseTimings;
  /** Between two questions for a version while the application side starts (field 2a). */
  readonly versionRetryMs: number;
  /** How often the bus is looked at while something is awaited. */
  readonly lookIntervalMs: number;
  /** A modem that was told to leave the bus is back as EDL after 1 to 4 s (edl 1a). */
  readonly reenumerationMs: number;
  readonly edlAttempts: number;
  readonly edlRetryMs: number;
  /** From the reset after flashing to an answering modem: a first boot formats its user data. */
  readonly returnMs: number;
  /** How long registration and data may take to be as good as before. */
  readonly recoveryMs: number;
  readonly recoveryIntervalMs: number;
};

export const DEFAULT_UPDATE_TIMINGS: UpdateTimings = {
  sahara: DEFAULT_SAHARA_TIMINGS,
  firehose: DEFAULT_FIREHOSE_TIMINGS,
  versionRetryMs: 1_000,
  lookIntervalMs: 250,
  reenumerationMs: 30_000,
  edlAttempts: 30,
  edlRetryMs: 1_000,
  returnMs: 180_000,
  recoveryMs: 120_000,
  recoveryIntervalMs: 2_000,
};
/** Directories named for stages and copies whose mount points are remembered. */
export const NAMED_DISKS_MAX = 64;
/** The file that remembers them, with the longest paths. */
export const DISKS_MAX_BYTES = 512 * 1024;

/** What a load run does at most. */

export const DEVICES_DEFAULT = 10_000;
export const DEVICES_MAX = 1_000_000;
export const MODELS_DEFAULT = 10_000;
export const MODELS_MAX = 10_000;
/** The fleet's turns end after this; who has had none is counted and said. */
export const SECONDS_DEFAULT = 900;
export const SECONDS_MAX = 3600;
/** Requests under way at a time. */
export const CONNECTIONS_DEFAULT = 16;
export const CONNECTIONS_MAX = 256;

/** One device in so many is behind: it polls, reads its release, takes chunks and reports. The others poll. */
export const BEHIND_EVERY = 10;
/** Ranges of different chunks that it takes, and the size of each. */
export const RANGES_PER_DEVICE = 4;
export const RANGE_BYTES = 16 * 1024;

/** Longer than the slowest answer of a busy machine; a request that takes longer is an error. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** A poll of all that there is (shared/limits.ts bounds its parts). */
export const ANSWER_MAX_BYTES = 2 * 1024 * 1024;
/** Until all reports that were taken are in D1. */
export const REPORTS_ARRIVE_WITHIN_MS = 60_000;

/** Models that one request copies. */
export const SEED_BATCH = 500;
/** For all of them together; a machine that does little else takes half a minute (test/bench/README.md). */
export const SEED_WITHIN_MS = 300_000;
export const PACKAGE_BYTES = 4_000_000;
/** Errors whose words are kept, of each kind. */
export const ERRORS_KEPT = 3;

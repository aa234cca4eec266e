/** Bounds of the repository room; sizes of metadata and targets stand in shared/limits.ts. */

/** One poll or one target, all of it. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** Requests for one thing before the repository counts as unreachable. */
export const REQUEST_ATTEMPTS_MAX = 3;
/** Wait before the second attempt; doubled before the third. */
export const RETRY_WAIT_MS = 1_000;
/** Roots between the pinned one and today's. */
export const ROOT_CHAIN_MAX = 256;
/** Polls for one refresh: one for what the device lacks, one for everything, and more while new roots come. */
export const POLLS_MAX = 12;
/** The file that holds all trusted metadata of a model. */
export const TRUSTED_STATE_MAX_BYTES = 24 * 1024 * 1024;
/** Targets fetched at a time. */
export const PARALLEL_TARGETS = 4;
/** What is kept of a stranger's words in a failure. */
export const SHOWN_MAX_CHARS = 200;

/** Put in by `npm run build:device`; the sources by themselves do not know. */
declare const CISTERN_BUILT_AT_SECONDS: number | undefined;
/** This code was not built before: a clock that says so is wrong (routers without an RTC boot in 1970). */
export const EARLIEST_NOW_MS =
  typeof CISTERN_BUILT_AT_SECONDS === 'number' ? CISTERN_BUILT_AT_SECONDS * 1000 : Date.UTC(2026, 0, 1);
/** How far a clock may lag behind what it has seen signed. */
export const CLOCK_LAG_MAX_MS = 10 * 60 * 1000;

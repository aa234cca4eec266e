/** Bounds of the Worker alone, with their units. What both sides must agree on stands in shared/limits.ts. */

/** What workerd's zstd may write beyond the bound before it says so: it counts in 64 KiB steps. */
export const ZSTD_SLACK_BYTES = 64 * 1024;

/** The digits a version in a file name may have: more is not a safe integer. */
export const VERSION_MAX_DIGITS = 15;

/** What the roots of one poll may add up to, so that all of it stays below shared/limits.ts's POLL_MAX_BYTES. */
export const POLL_ROOTS_MAX_CHARS = 1024 * 1024;
/** How long an isolate believes what it saw as the newest root. A poll may be cached as long. */
export const NEWEST_ROOT_MEMO_MS = 60_000;

/** Two writers of one model: how often the loser reads again and tries again. */
export const ADVANCE_ATTEMPTS_MAX = 5;
/** `{n}.targets.json` that never became visible is given up after this time and may be replaced. */
export const ABANDONED_AFTER_MS = 5 * 60_000;

/** Targets one publication may add: each costs an R2 look-up, and a request may do 1000 of them. */
export const TARGETS_ADDED_MAX = 300;

/** R2 listings that one publication may do to look for chunks: the rest of its thousand operations is for targets. */
export const CHUNK_LISTINGS_MAX = 400;

/** D1 holds at most 2 MB a row; entry and releases share it. */
export const RELEASES_ROW_MAX_BYTES = 1500 * 1000;
export const MODELS_PAGE_DEFAULT = 50;
export const MODELS_PAGE_MAX = 200;
export const REPORTS_PAGE_DEFAULT = 50;

/** Reports older than this are forgotten as new ones come in: a year, and a month to look at it. */
export const REPORTS_KEPT_MS = 400 * 24 * 60 * 60_000;
/** Old reports that one new one removes: more than come in, so that they end. */
export const REPORTS_FORGOTTEN_MAX = 50;
/** Objects of the archive that one look removes, a batch of reports each. */
export const ARCHIVE_FORGOTTEN_MAX = 500;
/** A batch that could not be written comes again after this, and after twice as long each time; half a day in all. */
export const BATCH_RETRY_FIRST_SECONDS = 30;
export const BATCH_RETRY_LONGEST_SECONDS = 60 * 60;
/** Messages sent at once: a queue takes a hundred, and 256 kB; an audit entry is 2 kB at most. */
export const QUEUE_SEND_MAX = 50;
/** Dead letters that one look brings back: each costs three operations of R2 and one of the queue. */
export const DEAD_LETTERS_REVIVED_MAX = 100;
/** Devices by which a release is judged: the last that tried it. A thousand tell a share to three points of a hundred. */
export const HEALTH_DEVICES_MAX = 1000;
/** Tries that are read to find the newest of each device: who tries again and again hides few others. */
export const ENDS_EXAMINED_PER_DEVICE = 4;
/** How often a halt is tried while others change the same rollout. */
export const HALT_ATTEMPTS_MAX = 4;
/** The schedule judges what was reported on since it ran last, and a good while before: by so many reports, so many releases. */
export const JUDGED_SINCE_MS = 15 * 60_000;
export const JUDGED_REPORTS_MAX = 10_000;
export const JUDGED_RELEASES_MAX = 200;
/** When no variables say otherwise: devices a release must have failed on, and the share it must be able to reach. */
export const HALT_MIN_FAILURES_DEFAULT = 5;
export const HALT_SUCCESS_BELOW_PERCENT_DEFAULT = 90;
/** Entries of the audit log that are looked at to find out what is halted: years of rollouts. */
export const ROLLOUT_ENTRIES_MAX = 20_000;
/** Lines of one figure in `/metrics`. */
export const METRIC_SAMPLES_MAX = 5000;
/** An export: reports it reads at a time, and in all; more is asked for with `before`. */
export const EXPORT_PAGE = 500;
export const EXPORT_MAX = 200_000;
/** A device that reports without end keeps its newest. */
export const REPORTS_PER_DEVICE_MAX = 100;

/** `POST /v1/compatibility` and other small JSON questions. */
export const QUESTION_MAX_BYTES = 64 * 1024;

export const DAY_MS = 24 * 60 * 60_000;

/** How long a token that was replaced stays good: what uses it is to be changed within a day. */
export const TOKEN_REPLACED_AFTER_MS = DAY_MS;

/** The audit log. */
export const AUDIT_PAGE_DEFAULT = 50;
export const AUDIT_TARGET_MAX_CHARS = 300;
export const AUDIT_DETAIL_MAX_CHARS = 1200;

/** Cloudflare Access: what it adds to a request, and the keys it signs that with. */
export const ACCESS_ASSERTION_MAX_CHARS = 8 * 1024;
export const ACCESS_KEYS_MAX = 16;
export const ACCESS_KEYS_KEPT_MS = 60 * 60_000;
export const ACCESS_KEYS_TIMEOUT_MS = 5_000;

/** A bearer token longer than this is refused unread. */
export const TOKEN_MAX_CHARS = 256;

/** Parts of a schema failure that a problem lists. */
export const PROBLEM_ERRORS_MAX = 20;

/** Clients that one isolate refuses at a time; past it, it forgets them and counts anew. */
export const BLOCKED_CLIENTS_MAX = 1000;

/** The period of every limit in wrangler.toml. */
export const RATE_PERIOD_SECONDS = 60;
/** Reads of which one is counted: wrangler.toml states their limit in counted ones. */
export const RATE_READS_SAMPLE = 32;
/** Requests a period, as wrangler.toml states them: what clients are told (a test compares). */
export const RATE_QUOTAS = { reads: 3000 * RATE_READS_SAMPLE, questions: 600, refusals: 20 } as const;

/** A store of the S3 API: how long its answer may take to begin, and how often what only reads is asked again. */
export const S3_TIMEOUT_MS = 30_000;
export const S3_READ_ATTEMPTS_MAX = 2;
/** A listing of 1000 keys. */
export const S3_LIST_MAX_BYTES = 2 * 1024 * 1024;
/** Of one value of custom metadata; Swift takes 256 bytes, AWS 2 KB of all. */
export const S3_METADATA_VALUE_MAX_CHARS = 240;

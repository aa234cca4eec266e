/** The publisher's own bounds, each with its unit. What the other side must know too stands in shared/limits.ts. */

export const FAMILY_FILE_MAX_BYTES = 256 * 1024;

/** Chunks under way at once: bounds memory to about 16 MiB whatever the package. */
export const CHUNKS_IN_FLIGHT = 8;
/** Threads that compress and write chunks; fewer where there are fewer processors beside the cutting one. */
export const CHUNK_WRITERS_MAX = 3;
export const UPLOADS_IN_FLIGHT = 6;
export const DOWNLOADS_IN_FLIGHT = 8;

/** Requests to the repository. */
export const REQUEST_TIMEOUT_MS = 60_000;
export const REQUEST_ATTEMPTS_MAX = 5;
export const RETRY_FIRST_WAIT_MS = 250;
export const RETRY_LONGEST_WAIT_MS = 8_000;
/** What is granted of a Retry-After; a rate limit of the repository asks for 60 s. */
export const RETRY_AFTER_MAX_MS = 90_000;
/** Answers other than chunks and targets: problems, lists. */
export const ANSWER_MAX_BYTES = 256 * 1024;

/** Key files. */
export const KEY_FILE_MAX_BYTES = 16 * 1024;
/** Keys of one role: what root metadata takes. */
export const KEYS_PER_ROLE_MAX = 16;
/** Key files looked at in a directory. */
export const KEY_FILES_MAX = 64;
/** Two targets documents and a root. */
export const SIGNING_REQUEST_MAX_BYTES = 4 * 1024 * 1024;
/** Roots looked at in a key directory: more than one a month for twenty years. */
export const ROOT_FILES_MAX = 256;
export const PASSPHRASE_MIN_CHARS = 12;
export const PASSPHRASE_MAX_CHARS = 1024;

/** Requests to a bucket. */
export const STORE_ATTEMPTS_MAX = 5;
export const STORE_CONNECT_TIMEOUT_MS = 10_000;
export const STORE_REQUEST_TIMEOUT_MS = 60_000;
/** For the whole content of an object, which is of 2 MiB at most. */
export const STORE_BODY_TIMEOUT_MS = 120_000;
/** Objects a listing answers at once; S3 takes no more. */
export const STORE_LIST_PAGE = 1000;
/** Two writers of one model in a bucket: how often the loser reads again and tries again. */
export const ADVANCE_ATTEMPTS_MAX = 5;
/** `{n}.targets.json` that never became visible is given up after this time and may be replaced. */
export const ABANDONED_AFTER_MS = 5 * 60_000;

/** The list of models: a page of a Worker, or the whole of a mirror; ten thousand models are half a megabyte. */
export const MODEL_LIST_MAX_BYTES = 16 * 1024 * 1024;
export const MODEL_LIST_PAGES_MAX = 1000;

/** Audits. Unpacked chunks kept on disk for the releases that share them. */
export const AUDIT_SPOOL_MAX_BYTES = 2 * 1024 * 1024 * 1024;
/** Releases read ahead of the one whose package is put together. */
export const TARGETS_IN_FLIGHT = 4;

/** A release as a file. The largest object in it is an index or targets metadata. */
export const CARRIED_OBJECT_MAX_BYTES = 2 * 1024 * 1024;
/** Files beside the chunks: roots, metadata, targets. */
export const CARRIED_OTHERS_MAX = 1000;

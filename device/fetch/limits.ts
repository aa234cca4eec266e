/** Bounds of a download. Each loop here is driven by a peer, and each ends. */

/** Chunks that are fetched at a time. */
export const PARALLEL_CHUNKS = 4;
/** Memory that a chunk on its way begins with; doubled as it comes. */
export const PART_FIRST_BYTES = 256 * 1024;
/** What comes of a chunk is written down in steps of at least so many bytes, and so far apart: a kill loses one step. */
export const PART_STEP_BYTES = 64 * 1024;
export const PART_STEP_MS = 100;
/** How long the repository may say nothing, before an answer and within one. */
export const SILENCE_MS = 30_000;
/** How long one request may go on bringing bytes; after it the chunk is resumed by another. */
export const REQUEST_MAX_MS = 10 * 60_000;
/** Requests for one chunk, in a row, that bring not a single byte. */
export const FRUITLESS_ATTEMPTS_MAX = 12;
/** Requests for one chunk altogether: a link that drops every few kilobytes still gets it. */
export const ATTEMPTS_PER_CHUNK_MAX = 64;
/** Requests for the rest of a chunk, in a row, that are hung up on before the whole is asked for instead. */
export const RANGES_UNANSWERED_MAX = 2;
/** Times one chunk may arrive whole and be wrong. */
export const WRONG_CONTENTS_MAX = 3;
/** Full jitter: a wait is drawn between nothing and the base doubled with each fruitless attempt, up to the cap. */
export const BACKOFF_BASE_MS = 500;
export const BACKOFF_CAP_MS = 60_000;
/** The longest wait after a request that brought bytes: the line drops, the peer is well. It only parts connections that dropped together. */
export const BACKOFF_AFTER_BYTES_MS = 100;
/** A repository that asks for more patience than this (Retry-After) ends the run; the next one resumes. */
export const RETRY_AFTER_MAX_MS = 10 * 60_000;
/** What a download may cost at most, in stored sizes of its package: data volume is paid for (ota 3, field 5). */
export const BUDGET_FACTOR = 2;
/**
 * Bytes that a request counts as at least which reached a peer and did not end its chunk: what it and the header fields
 * of an answer take on the line. So the budget ends attempts too, over all runs; what never connected costs nothing.
 */
export const REQUEST_COST_BYTES = 1024;
/** How long one fetch may go on: a package that takes longer is for another uplink, or a mirror. */
export const FETCH_MAX_MS = 12 * 60 * 60_000;
/** What a rate limit lets through at once, in time at its rate. */
export const RATE_BURST_MS = 250;
/** Chunks that a mirror may fail to give before it is not asked again in this run. */
export const BASE_FAILURES_MAX = 3;
/** Requests for one chunk, in a row, that bring nothing, of a mirror that others stand in for. */
export const FRUITLESS_ATTEMPTS_OF_MIRROR_MAX = 2;
/** Requests for one chunk altogether, of a mirror. */
export const ATTEMPTS_OF_MIRROR_MAX = 8;
/** How long one chunk may take of a mirror, beside what a rate limit holds it back. */
export const CHUNK_OF_MIRROR_MAX_MS = 2 * 60_000;
/** What is kept of a Content-Encoding. */
export const ENCODING_MAX_CHARS = 40;
/** Longest ETag that is kept. */
export const ETAG_MAX_CHARS = 200;

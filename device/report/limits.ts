/** Bounds of reporting, with their units. */

export const DELIVERY_TIMEOUT_MS = 15_000;
export const ANSWER_MAX_BYTES = 16 * 1024;
/** Reports kept while there is no uplink; the oldest go first. */
export const SPOOL_MAX_REPORTS = 200;

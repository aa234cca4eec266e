/** Bounds of the pages alone, with their units. */

/** What was typed is shown again beside its refusal, up to here. */
export const ECHO_MAX_CHARS = 2000;
/** The newest attempts that "how it went for others" counts: what a look-up costs does not grow with the fleet. */
export const ATTEMPTS_COUNTED_MAX = 1000;
/** Fewer attempts than this say nothing about the next one, and would tell of single devices. */
export const ATTEMPTS_SHOWN_MIN = 10;
/** Models on one page of the list. */
export const MODELS_A_PAGE = 50;
/** Releases that a model's page lists; older ones are reached by the API. */
export const RELEASES_SHOWN_MAX = 100;
/** What the frame of a multipart form may add to the log in it. */
export const FORM_OVERHEAD_BYTES = 16 * 1024;
